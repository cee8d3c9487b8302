"""Claims up to the day on which they are payable: opened, examined (R&D) or recovered first and certified (project); and their end."""
