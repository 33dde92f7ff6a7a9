"""One module per way in, all of the same shape: how its bytes become records, and records become rows."""
