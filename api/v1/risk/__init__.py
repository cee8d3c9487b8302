"""Risk over HTTP: classes, bad debts, claims, compensation, recoveries and returns, fees, exemption, how near a bank is to suspension."""
