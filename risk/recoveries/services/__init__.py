"""What comes back of a bad debt (``records``), and what of it goes back to those who paid (``returns``)."""
