"""The API's reference: one OpenAPI document of every address that brands' systems use, and a page that shows it."""
