"""A caller without a telephone: connects to a bridge, speaks a sound, keeps what it hears.

Used by `manage.py caller`, by the demo and by end-to-end tests; knows nothing of Django.
"""

from conference_app.headless_caller.caller import HeadlessCaller, wire_format
from conference_app.headless_caller.conversation import Received
from conference_app.headless_caller.heard import Heard, HeardFrame
from conference_app.headless_caller.line import CallFailed

__all__ = ["CallFailed", "HeadlessCaller", "Heard", "HeardFrame", "Received", "wire_format"]
