"""What all operators' pages stand on: the brand one works in, forms, columns, and the admin of brand-scoped models."""
