"""The yearly test of the fund and which bank leaves it. Source: FP 2.2; D9."""
