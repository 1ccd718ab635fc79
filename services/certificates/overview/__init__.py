"""The organisers' lists of events and participants."""
