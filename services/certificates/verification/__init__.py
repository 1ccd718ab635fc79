"""What anybody can learn about a certificate; Open Badges and status lists."""
