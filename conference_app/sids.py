"""Twilio's identifiers: two letters for the kind of thing, then 32 hexadecimal digits."""

import re
import secrets

_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}", re.ASCII)


def new(prefix: str) -> str:
    """Make an identifier that nobody can guess, 34 characters; `prefix` is two capitals, "CF"."""
    return prefix + secrets.token_hex(16)


def is_sid(text: str, prefix: str) -> bool:
    """Whether `text` has the form of an identifier of this kind."""
    return text.startswith(prefix) and _SID.fullmatch(text) is not None
