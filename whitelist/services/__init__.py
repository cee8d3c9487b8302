"""Everything that changes the whitelist."""
