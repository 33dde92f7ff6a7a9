"""Pure rules about affiliates and their links. Standard library only."""
