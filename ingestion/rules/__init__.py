"""What bytes mean: decoding, names, amounts, times, identities. Pure functions, no database and no clock."""
