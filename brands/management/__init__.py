"""What the command line does for a brand."""
