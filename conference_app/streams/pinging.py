"""How often a client is asked how far it has read."""

from typing import Final

PING_EVERY_FRAMES: Final = 20
"""Frames of sound behind which there is a ping."""
