"""What docker-compose.yml needs besides itself."""
