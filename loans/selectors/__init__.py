"""Reads: who sees which case, balances on a day, what is left under the caps, how the 30 working days stand."""
