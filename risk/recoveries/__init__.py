"""Recoveries: what comes back of a bad debt, and what of it goes back to those who paid."""
