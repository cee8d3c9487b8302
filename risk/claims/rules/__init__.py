"""The rules of claims: pure; amounts in yuan with 2 places."""
