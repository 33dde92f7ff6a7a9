"""Each command prints one JSON object, for people and programs alike."""
