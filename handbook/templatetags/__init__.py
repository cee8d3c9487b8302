"""Template tags of the handbooks."""
