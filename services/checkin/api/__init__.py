"""The JSON API of checkin."""
