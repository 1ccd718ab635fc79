"""What staff and time change about attendance: corrections, and checking out at the end."""
