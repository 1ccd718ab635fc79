"""Events with their agenda, status and additional questions; copying an event."""
