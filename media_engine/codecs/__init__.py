"""Wire formats of sound: bytes <-> Pcm. A new one is a file and a line in the table."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from media_engine.codecs.base import Codec
from media_engine.codecs.g711 import ALAW, MULAW
from media_engine.codecs.l16 import L16
from media_engine.errors import UnsupportedFormat

__all__ = ["CODECS", "Codec", "get_codec"]

_ALL: Final[tuple[Codec, ...]] = (MULAW, ALAW, L16())

CODECS: Final[Mapping[str, Codec]] = MappingProxyType({codec.name: codec for codec in _ALL})
"""Every codec by its name."""


def get_codec(encoding: str) -> Codec:
    """Give the codec of an encoding such as `audio/x-mulaw`, in upper or lower case.

    UnsupportedFormat, naming those that are spoken, for any other.
    """
    try:
        return CODECS[encoding.lower()]
    except KeyError:
        known = ", ".join(sorted(CODECS))
        raise UnsupportedFormat(f"encoding {encoding!r} is not one of {known}") from None
