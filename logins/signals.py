"""What the doors tell the apps above."""

from django.dispatch import Signal

# A person came in through one of the doors, with the session entered and messages at hand. Arguments: ``request``, ``user``.
came_in = Signal()
