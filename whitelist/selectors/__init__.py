"""Everything that reads the whitelist."""
