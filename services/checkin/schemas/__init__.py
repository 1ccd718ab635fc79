"""The shapes of JSON and forms, one module per use case."""
