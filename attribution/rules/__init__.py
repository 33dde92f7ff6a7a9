"""Pure rules: what a tracking value says, and whose a customer is. Standard library only."""
