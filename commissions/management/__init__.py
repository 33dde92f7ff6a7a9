"""What the command line does about terms and commissions."""
