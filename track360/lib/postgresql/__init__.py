"""Django's PostgreSQL backend, with an end to waiting: the ENGINE of the settings."""
