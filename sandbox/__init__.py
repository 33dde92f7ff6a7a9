"""A place to try the platform: two demo brands, and a generator of believable traffic for any brand."""
