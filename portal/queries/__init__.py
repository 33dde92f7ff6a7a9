"""What the portal shows: rows of one affiliate as frozen values, read from sums, lines and entries only."""
