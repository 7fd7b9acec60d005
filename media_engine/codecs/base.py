"""What a codec is: two pure functions between the bytes of a client's wire format and `Pcm`."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from media_engine.pcm import Pcm, Wide


class Codec(Protocol):
    """Bytes on the wire <-> int16 samples; stateless, so that one object serves every leg.

    Samples are coded one by one and without headers. A batch of equal frames is therefore one call:
    `decode(b"".join(payloads)).reshape(legs, samples)`, and back `pack(frames)`, whose bytes are
    cut every `samples * bytes_per_sample`.
    """

    @property
    def name(self) -> str:
        """The encoding as the native dialect spells it, in lower case: `audio/x-mulaw`."""

    @property
    def bytes_per_sample(self) -> int:
        """Size of one coded sample."""

    @property
    def silence(self) -> bytes:
        """One coded sample of silence, `bytes_per_sample` long; repeat it to fill a frame."""

    def decode(self, payload: bytes) -> Pcm:
        """Give the samples of `payload`, flat; the array may be read-only and share its memory.

        MalformedMessage when the payload ends inside a sample.
        """

    def widen(self, payload: bytes | NDArray[np.uint8]) -> Wide:
        """Decode to sound that can be summed at once; the array is the caller's own. The payload
        may be a flat array.
        """

    def pack(self, pcm: Pcm) -> NDArray[np.uint8]:
        """Give the coded samples of `pcm`, of any shape, row after row, as a flat array."""

    def encode(self, pcm: Pcm) -> bytes:
        """Give the same as bytes."""
