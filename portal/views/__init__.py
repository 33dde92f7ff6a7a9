"""Pages for affiliates, and the front page."""
