"""Who has earned a certificate: the policy, the decisions of organisers, and the verdict with its reason."""
