"""OAuth2 for brands' systems: client credentials in, an access token of an hour out, and that token on each request."""
