"""Reads of risk for programs: a claim with its money, bad debts and recoveries opened, a loan's way through risk."""
