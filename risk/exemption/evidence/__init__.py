"""The evidence pack: what it holds (``pack``), and the script that checks it without this system (``verify.py``)."""
