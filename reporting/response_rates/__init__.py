"""The response rate: who got an answer in time, per bank and over the fund. Source: FP 1.6.5; D7, D8."""
