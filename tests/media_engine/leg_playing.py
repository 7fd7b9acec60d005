"""One leg in simulated time: what it is sent arrives when a test says so, and is played."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media_engine.codecs import get_codec
from media_engine.dialects import WireFormat
from media_engine.leg import Leg
from media_engine.pcm import Pcm, samples_per_frame


class NoOutput:
    """Sends nothing anywhere."""

    def audio(self, payload: bytes) -> None:
        """Not asked for."""

    def mark(self, name: str) -> None:
        """Not asked for."""


@dataclass(frozen=True, slots=True)
class Played:
    """`sound`: what the leg said, in the range of int16; `delays_ms`: after each tick, how much it
    had got and not yet said; `mended`: the ticks in which something was made up, left out or joined
    to what came.
    """

    sound: NDArray[np.float64]
    delays_ms: list[float]
    mended: list[int]
    leg: Leg


def play(sound: Pcm, wire: WireFormat, arrivals: Iterable[int], *, prefill: int = 2) -> Played:
    """Send `sound`, looped, by so many frames before each tick as `arrivals` says."""
    codec, samples = get_codec(wire.encoding), samples_per_frame(wire.rate_hz)
    frames = sound[: len(sound) // samples * samples].reshape(-1, samples)
    payloads = [codec.encode(frame) for frame in frames]
    leg = Leg("CA1", wire, NoOutput(), row=0, prefill=prefill)
    leg.listen()
    said: list[NDArray[np.floating]] = []
    delays_ms, mended, sent = [], [], 0
    for tick, arriving in enumerate(arrivals):
        for _ in range(arriving):
            leg.receive(payloads[sent % len(payloads)])
            sent += 1
        payload = leg.next_payload()
        said.append(codec.widen(payload) if leg.patch is None else leg.patch)
        if leg.patch is not None:
            mended.append(tick)
        leg.patch = None
        delays_ms.append(leg.delay_ms)
    return Played(np.concatenate(said).astype(np.float64), delays_ms, mended, leg)
