"""What the legs of a meeting hear in place of the talk or over it: what they wait with, hold
sounds, announcements. All changes go over within a ramp: a hard edge would click.
"""

from dataclasses import dataclass

import numpy as np

from media_engine.announcements import Announcements
from media_engine.commands import Announce
from media_engine.levels import fade
from media_engine.pcm import Wide
from media_engine.sources import Silence, Source


@dataclass(slots=True)
class _Ears:
    wait: Source | None
    hold: Source | None = None
    """What it hears on hold; None: it is not on hold."""
    goes_on_hold: bool = False
    heard_before: Source | None = None
    """What to go over from at the next tick, when it hears another source or the meeting."""


class OwnSounds:
    """Legs are in order of joining, as in HearingMatrix. `frame` and `ramp` are in samples."""

    def __init__(self, announcements: Announcements, frame: int, ramp: int) -> None:
        self.busy = False
        """Whether put_over() has anything to do."""
        self.apart: list[int] = []
        self._announcements = announcements
        self._frame = frame
        self._ramp = ramp
        self._ears: dict[str, _Ears] = {}

    def add(self, leg_id: str, wait: Source | None) -> None:
        """Let a leg in that waits for the start with a source (None: silence)."""
        self._ears[leg_id] = _Ears(wait)

    def remove(self, leg_id: str) -> None:
        """Forget a leg; what was to be announced to it has failed."""
        del self._ears[leg_id]
        self._announcements.drop(leg_id, "the participant has left")

    def bridge(self, leg_id: str, before: Source | None) -> None:
        """Let a leg hear the talk, after it heard a source; one on hold stays there."""
        ears = self._ears[leg_id]
        if ears.hold is None:
            self._go_over(ears, before)

    def bridge_all(self) -> None:
        """Let all hear the talk, after what they waited with."""
        for leg_id, ears in self._ears.items():
            self.bridge(leg_id, ears.wait)

    def wait_with(self, leg_id: str, source: Source | None) -> None:
        """Change what a leg waits with."""
        ears = self._ears[leg_id]
        self.bridge(leg_id, ears.wait)
        ears.wait = source

    def hold(self, leg_id: str) -> None:
        """Let a leg hear nothing but what is its own: silence, at first."""
        ears = self._ears[leg_id]
        ears.hold, ears.goes_on_hold = Silence(), True
        self.busy = True

    def hold_with(self, leg_id: str, source: Source) -> None:
        """Let a leg on hold hear a source; no effect on others."""
        ears = self._ears[leg_id]
        if ears.hold is not None:
            if not ears.goes_on_hold:
                self._go_over(ears, ears.hold)
            ears.hold = source

    def take_back(self, leg_id: str) -> None:
        """Let a leg hear what it heard before its hold."""
        ears = self._ears[leg_id]
        self._go_over(ears, ears.hold)
        ears.hold = None

    def announce(self, announcement: Announce) -> None:
        """Play something over what is heard."""
        self._announcements.add(announcement)
        self.busy = True

    def waited_with(self) -> Wide:
        """Give the next frame of what each leg waits with, `(legs, frame)`."""
        return np.stack([_read(ears.wait, self._frame) for ears in self._ears.values()])

    def put_over(self, mixed: Wide, total: Wide) -> Wide:
        """Change what is heard, `(legs, frame)`, in place; give the total with what all hear.
        `apart` then has those who hear something of their own.
        """
        to_all = self._announcements.read(None, self._frame)
        if to_all is not None:
            mixed += to_all
            total = total + to_all
        self.apart = []
        for position, (leg_id, ears) in enumerate(self._ears.items()):
            to_one = self._announcements.read(leg_id, self._frame)
            if to_one is None and ears.hold is None and ears.heard_before is None:
                continue
            self.apart.append(position)
            if ears.hold is not None:
                sound = _read(ears.hold, self._frame)
                if ears.goes_on_hold:
                    sound = fade(mixed[position], sound, self._ramp)
                    ears.goes_on_hold = False
                mixed[position] = sound
            if to_one is not None:
                mixed[position] += to_one
            if ears.heard_before is not None:
                before = _read(ears.heard_before, self._frame)
                mixed[position] = fade(before, mixed[position], self._ramp)
                ears.heard_before = None
        held = any(ears.hold is not None for ears in self._ears.values())
        self.busy = held or bool(self._announcements)
        return total

    def _go_over(self, ears: _Ears, before: Source | None) -> None:
        ears.heard_before = Silence() if before is None else before
        self.busy = True


def _read(source: Source | None, samples: int) -> Wide:
    """Give the next frame of a source; silence when there is none, or no more of it."""
    frame = None if source is None else source.read(samples)
    return np.zeros(samples, dtype=np.float32) if frame is None else frame
