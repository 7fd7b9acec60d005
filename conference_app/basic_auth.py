"""The credentials in an HTTP Basic header; the same for REST, recordings and media sockets."""

import base64
import binascii


def read_basic(header: str) -> tuple[str, str] | None:
    """Read (user, password) from the value of an Authorization header; None if it is not Basic or
    broken.

    RFC 7617; text that is not UTF-8 counts as broken.
    """
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    user, colon, password = decoded.partition(":")
    return (user, password) if colon else None
