"""Participants after they signed up: name, needs, answers, data; search; announcements."""
