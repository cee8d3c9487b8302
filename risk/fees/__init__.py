"""Fees for cover: guarantee fees, credit-enhancement fees and their pool."""
