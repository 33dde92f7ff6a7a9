"""Questions about terms, and the books that the engine reads."""
