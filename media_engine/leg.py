"""One caller's audio: what comes from its socket, frame by frame, and where its sound goes.

A leg is fed by its socket (receive) and asked by the tick (next_payload); both happen in one
thread, so nothing is locked. It keeps sound encoded: decoding, resampling and encoding are done by
`leg_bank` for all legs of a format at once.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Final, Protocol

import numpy as np

from media_engine.codecs import Codec, get_codec
from media_engine.concealment import SILENT_AFTER_MS, Concealer
from media_engine.dialects import WireFormat
from media_engine.jitter import DEFAULT_PREFILL, JitterBuffer, JitterCounters
from media_engine.levels import rms_dbfs
from media_engine.lines import Line
from media_engine.pcm import FRAME_MS, FRAMES_PER_SECOND, Pcm, Wide, samples_per_frame
from media_engine.shortening import best_cut, leave_out

HELD_FRAMES: Final = 2 * FRAMES_PER_SECOND
"""What a caller says while its call is being set up is kept, up to 2 s, and heard when it joins."""

CONCEALED_TICKS: Final = SILENT_AFTER_MS // FRAME_MS
"""Later in a gap there is silence."""

HISTORY_FRAMES: Final = 4
"""What was heard last, of which a gap is made up."""

_QUIET_DBFS: Final = -50.0


class LegOutput(Protocol):
    """Where a leg's sound and answers go; called by the tick, must never block."""

    def audio(self, payload: bytes) -> None:
        """Send one encoded 20 ms frame."""

    def mark(self, name: str) -> None:
        """Tell the client that what it sent before its mark `name` was played."""


class Keeper(Protocol):
    """Keeps the frames of legs that run evenly."""

    def put(self, leg: "Leg", frame: bytes) -> bool:
        """Add the newest frame; False when the leg has its frames back instead."""

    def leave(self, leg: "Leg") -> None:
        """Give the leg its frames back."""

    def kept(self, leg: "Leg") -> tuple[int, int]:
        """Say how many of the leg's frames wait, and how many were given since it came."""


class Leg:
    """One caller's audio. `row` is its place in the arrays of a tick, given by the registry."""

    __slots__ = (
        "_ahead",
        "_calm_ticks",
        "_codec",
        "_concealer",
        "_frame_bytes",
        "_gap",
        "_is_out_of_step",
        "_jitter",
        "_listening",
        "_recent",
        "_rest",
        "_silence",
        "concealed",
        "may_rest",
        "leg_id",
        "lent_to",
        "line",
        "output",
        "patch",
        "place",
        "place_listened",
        "poll",
        "row",
        "wire",
    )

    def __init__(
        self,
        leg_id: str,
        wire: WireFormat,
        output: LegOutput,
        *,
        row: int,
        prefill: int = DEFAULT_PREFILL,
    ) -> None:
        self.leg_id = leg_id
        self.wire = wire
        self.output = output
        self.row = row
        self.poll: Callable[[], None] | None = None
        """Brings in what the socket has, through receive(); called once a tick, must not raise."""
        self.line: Line | None = None
        """Its connection, where it can be read and written with others at once."""
        self.place = self.place_listened = 0
        """Where it stands among the legs of its format, and among those that are listened to."""
        self.may_rest = True
        """Whether it may be left unlistened to while nobody is to hear it."""
        self.lent_to: Keeper | None = None
        self._calm_ticks = 0
        """For how many ticks it has run evenly since its last gap, without having been lent."""
        self.patch: Wide | None = None
        """Sound at the wire's rate to be used in place of the last payload: a gap that was
        concealed.
        """
        self.concealed = 0
        self._codec = get_codec(wire.encoding)
        self._frame_bytes = samples_per_frame(wire.rate_hz) * self._codec.bytes_per_sample
        self._silence = self._codec.silence * samples_per_frame(wire.rate_hz)
        self._jitter = JitterBuffer(
            prefill=prefill, held=HELD_FRAMES, quiet=partial(_is_quiet, self._codec)
        )
        self._concealer = Concealer(wire.rate_hz)
        self._recent: deque[bytes] = deque(maxlen=HISTORY_FRAMES)
        self._rest = b""
        self._ahead = b""
        self._gap = 0
        self._is_out_of_step = False
        self._listening = False

    @property
    def jitter(self) -> JitterBuffer:
        """Its frames that wait; whoever has them meanwhile gives them back."""
        self.take_back()
        return self._jitter

    def take_back(self) -> None:
        """Have the frames back from whoever keeps them."""
        if self.lent_to is not None:
            self.lent_to.leave(self)

    def is_calm(self, for_ticks: int) -> bool:
        """Count a tick; whether the leg has run evenly for so long, a review left out, that its
        frames may be lent.
        """
        if self._gap or self._is_out_of_step or self._rest or not self._listening:
            self._calm_ticks = 0
            return False
        if not self._jitter.runs_evenly:
            return False
        self._calm_ticks += 1
        return self._calm_ticks >= for_ticks

    def remember(self, frames: Iterable[bytes]) -> None:
        """These were heard last, while somebody else kept the frames."""
        self._recent.extend(frames)

    def listen(self) -> None:
        """Begin to take what the caller says; until then it is held (HELD_FRAMES)."""
        self._listening = True

    def doze(self) -> None:
        """Forget what the caller says as it comes; only keys and marks are heeded. For a tick of
        one who is not listened to.
        """
        if self.poll is not None:
            self.poll()
        self.forget()

    def forget(self) -> None:
        """Forget sound that has come; marks are answered at once."""
        if len(self._jitter) or self._rest or self._ahead or self._jitter.has_marks:
            self.clear()
            self.answer_marks()

    def wake(self) -> None:
        """Be listened to again, from what is said now on; the jitter buffer begins anew."""
        self.doze()
        self.clear()
        # What was said before is not what a gap goes on with.
        self._recent.clear()
        self._concealer = Concealer(self.wire.rate_hz)
        self._gap = 0
        self._is_out_of_step = False

    def receive(self, payload: bytes) -> None:
        """Take encoded sound of any length from the socket."""
        if len(payload) == self._frame_bytes and not self._rest:
            if self.lent_to is None or not self.lent_to.put(self, payload):
                self._jitter.put(payload)
            return
        # Part of a frame is in front of what comes after it.
        self.take_back()
        self._rest += payload
        whole = len(self._rest) - len(self._rest) % self._frame_bytes
        for start in range(0, whole, self._frame_bytes):
            self.jitter.put(self._rest[start : start + self._frame_bytes])
        self._rest = self._rest[whole:]

    def receive_mark(self, name: str) -> None:
        """Answer `name` through the output when all sound before it was played; a part of a frame
        is filled up.
        """
        if self._rest:
            self.jitter.put(self._rest + self._silence[len(self._rest) :])
            self._rest = b""
        self.jitter.put_mark(name)

    def clear(self) -> None:
        """Forget sound that was received and not yet played."""
        self._rest = b""
        self._ahead = b""
        self.jitter.clear()

    def next_payload(self) -> bytes:
        """Give the frame that is due, once a tick; `patch` then holds what to use instead, if
        anything.
        """
        if self.poll is not None:
            self.poll()
        if not self._listening:
            return self._silence
        jitter = self._jitter
        payload = jitter.take()
        if payload is None or self._is_out_of_step or jitter.may_shed:
            return self._mend(payload)
        self._recent.append(payload)
        return payload

    @property
    def delay_ms(self) -> float:
        """How much sound has come and was not yet given."""
        if self.lent_to is not None:
            return self.lent_to.kept(self)[0] * FRAME_MS
        ahead = FRAME_MS * len(self._ahead) / self._frame_bytes
        return len(self._jitter) * FRAME_MS + ahead

    @property
    def counters(self) -> JitterCounters:
        """What became of its frames so far; to ask for it changes nothing."""
        counters = self._jitter.counters
        if self.lent_to is None:
            return counters
        waiting, played = self.lent_to.kept(self)
        return replace(
            counters,
            received=counters.received + played + waiting,
            played=counters.played + played,
        )

    def answer_marks(self) -> None:
        """Tell the client of the marks that were passed."""
        for name in self.jitter.marks_reached():
            self.output.mark(name)

    def _mend(self, payload: bytes | None) -> bytes:
        """Deal with a gap, the end of one, a delay to be shortened, or frames that begin within
        those that came.
        """
        if payload is None:
            return self._conceal()
        if self._gap:
            return self._recover(payload)
        if self.jitter.may_shed:
            return self._shorten(payload)
        return self._cut(self._ahead + payload)

    def _conceal(self) -> bytes:
        """Make up the next frame of a gap; what is ahead comes before it."""
        if self._recent and self._gap < CONCEALED_TICKS:
            self._gap += 1
            self.concealed += 1
            history = self._decode(b"".join(self._recent))
            self.patch = _wide(self._concealer.conceal(history, self._decode(self._ahead)))
            self._ahead = b""
            self._is_out_of_step = True
        return self._silence

    def _recover(self, payload: bytes) -> bytes:
        self._gap = 0
        self._is_out_of_step = False
        self.patch = _wide(self._concealer.recover(self._decode(payload)))
        self._recent.append(payload)
        return payload

    def _shorten(self, payload: bytes) -> bytes:
        """Join the frame that is due to what comes 10 to 20 ms later; in a quiet moment so much
        later that frames are again as they came.
        """
        joined = self._ahead + payload + self.jitter.following
        sound = _wide(self._decode(joined))
        rate_hz, samples = self.wire.rate_hz, samples_per_frame(self.wire.rate_hz)
        cut = len(sound) - samples if _is_quiet(self._codec, joined) else best_cut(sound, rate_hz)
        self.patch = leave_out(sound, cut, samples, rate_hz)
        skipped = cut * self._codec.bytes_per_sample
        if skipped > len(self._ahead):
            self.jitter.shed()
        else:
            joined = joined[: -self._frame_bytes]
        return self._cut(joined[skipped:])

    def _cut(self, joined: bytes) -> bytes:
        """Give the first frame of `joined`, and keep the rest for the next tick."""
        frame, self._ahead = joined[: self._frame_bytes], joined[self._frame_bytes :]
        self._is_out_of_step = bool(self._ahead)
        self._recent.append(frame)
        return frame

    def _decode(self, payload: bytes) -> Pcm:
        return self._codec.decode(payload)


def _is_quiet(codec: Codec, payload: bytes) -> bool:
    return bool(rms_dbfs(_wide(codec.decode(payload))[np.newaxis])[0] < _QUIET_DBFS)


def _wide(pcm: Pcm) -> Wide:
    return pcm.astype(np.float32)
