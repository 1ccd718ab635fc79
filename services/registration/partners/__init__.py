"""Partner organisations, their seats and invitation links."""
