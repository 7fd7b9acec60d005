"""What a caller says, frame by frame, in the encoding of its wire."""

from media_engine.codecs import get_codec
from media_engine.dialects import WireFormat
from media_engine.pcm import Pcm, samples_per_frame, to_pcm
from media_engine.sources import Clip


class Speech:
    """A sound, then silence for ever; or nothing, where `send_silence` is off."""

    def __init__(self, wire: WireFormat, *, send_silence: bool) -> None:
        self._codec = get_codec(wire.encoding)
        self._samples = samples_per_frame(wire.rate_hz)
        self._silence = self._codec.silence * self._samples if send_silence else None
        self._clip: Clip | None = None

    @property
    def playing(self) -> bool:
        """Whether the sound may have frames left."""
        return self._clip is not None

    def play(self, pcm: Pcm, *, loop: bool) -> None:
        """Say this from the next frame on, in place of what is being said; empty: nothing."""
        self._clip = Clip(pcm, times=0 if loop else 1)

    def next_payload(self) -> bytes | None:
        """Give the next 20 ms; None when there is nothing to send."""
        frame = self._clip.read(self._samples) if self._clip is not None else None
        if frame is None:
            self._clip = None
            return self._silence
        return self._codec.encode(to_pcm(frame))
