"""Exemption: whether those who lent acted diligently, and the evidence packs."""
