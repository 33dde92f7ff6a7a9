"""Commands, each a thin door to a service."""
