"""
The base of the admin in which the bureaus, banks, the fund manager and the guarantee company work.

Read-only but for its steps: lists and pages show what the acting member may see, a step is one call to a service.
"""
