"""How an organisation becomes a desk, stays one and leaves: what is asked, what is missing, what is decided. Pure."""

from carnet.distribution.rules.joining._words import SuspendedFor

__all__ = ["SuspendedFor"]
