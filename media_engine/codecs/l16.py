"""L16: linear samples as little-endian int16.

RFC 2586 has audio/L16 in network order; over WebSockets everybody sends it little-endian
(Asterisk's slin, Vonage, jambonz), and so does the native dialect.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_engine.errors import MalformedMessage
from media_engine.pcm import Pcm, Wide

_LITTLE_ENDIAN: Final = np.dtype("<i2")


class L16:
    """The codec `audio/x-l16`. On a little-endian machine decoding copies nothing."""

    name: Final = "audio/x-l16"
    bytes_per_sample: Final = 2
    silence: Final = b"\0\0"

    def decode(self, payload: bytes | NDArray[np.uint8]) -> Pcm:
        """Give the samples of `payload`; MalformedMessage when its length is odd."""
        if len(payload) % 2:
            raise MalformedMessage(f"{self.name} has 2 bytes a sample, not {len(payload)} in all")
        return np.frombuffer(payload, _LITTLE_ENDIAN).astype(np.int16, copy=False)

    def widen(self, payload: bytes | NDArray[np.uint8]) -> Wide:
        """Give the samples of `payload`, ready to be summed; MalformedMessage as above."""
        return self.decode(payload).astype(np.float32)

    def pack(self, pcm: Pcm) -> NDArray[np.uint8]:
        """Give two bytes for each sample, row after row, flat."""
        return pcm.astype(_LITTLE_ENDIAN, copy=False).reshape(-1).view(np.uint8)

    def encode(self, pcm: Pcm) -> bytes:
        """Give the same as bytes."""
        return self.pack(pcm).tobytes()
