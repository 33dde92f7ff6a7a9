"""Questions about what was sent: what it means at present, where it came from, what waits for somebody."""
