"""Facts and configuration in, lines out: pure, and the same whatever the order of arrival (commissions.md)."""
