"""Who hears whom in a meeting, in its rules' words: muted, on hold, coaching … as entries of the
hearing matrix.
"""

from dataclasses import replace
from typing import Any

from media_engine.events import Audibility
from media_engine.mixing import HearingMatrix
from media_engine.pcm import Rows, Wide


class Hearing:
    """The audibility of each leg of one meeting, and the matrix that follows from all of them.

    Legs are known by their identifiers here, and by their order of joining in mix(). What a leg on
    hold hears is not in the matrix: it hears something else altogether.
    """

    def __init__(self) -> None:
        self._matrix = HearingMatrix()
        self._legs: dict[str, Audibility] = {}

    def __getitem__(self, leg_id: str) -> Audibility:
        return self._legs[leg_id]

    def may_speak(self, leg_id: str) -> bool:
        """Whether a leg is neither muted nor on hold."""
        one = self._legs[leg_id]
        return not (one.muted or one.held)

    def is_recorded(self, leg_id: str) -> bool:
        """Whether a recording of the meeting has a leg's voice: that of a coach it has not."""
        return _voice(self._legs[leg_id]) > 0

    def add(self, leg_id: str, audibility: Audibility) -> None:
        """Let a leg in, after all others."""
        self._legs[leg_id] = audibility
        self._matrix.add(_voice(audibility))
        for speaker_id, one in self._legs.items():
            if one.coached is not None or one.volumes:
                self._set_column(speaker_id)

    def remove(self, leg_id: str) -> None:
        """Forget a leg; who coached it is heard by nobody then."""
        self._matrix.remove(self._position(leg_id))
        del self._legs[leg_id]

    def change(self, leg_id: str, **changes: Any) -> bool:
        """Change fields of a leg's audibility from the next tick on; False when they were so."""
        before = self._legs[leg_id]
        after = self._legs[leg_id] = replace(before, **changes)
        if after == before:
            return False
        position = self._position(leg_id)
        self._matrix.set_voice(position, _voice(after))
        if after.deaf != before.deaf:
            self._matrix.set_deaf(position, after.deaf)
        self._set_column(leg_id)
        return True

    @property
    def is_plain(self) -> bool:
        """Whether each leg hears all others as they are, and did so in the last tick."""
        return self._matrix.is_plain

    def mix(self, spoken: Wide, rows: Rows | None = None) -> tuple[Wide, Wide]:
        """Give what each leg hears and what a recording does, as HearingMatrix.mix does."""
        return self._matrix.mix(spoken, rows)

    @property
    def alike(self) -> Rows:
        """Who heard the same in the last frame, in order of joining."""
        return self._matrix.alike

    def _position(self, leg_id: str) -> int:
        return list(self._legs).index(leg_id)

    def _set_column(self, speaker_id: str) -> None:
        """Set the entries of those who hear a speaker otherwise than all others do."""
        speaker, audibility = self._position(speaker_id), self._legs[speaker_id]
        for listener, listener_id in enumerate(self._legs):
            if listener != speaker:
                gain = audibility.gain_for(listener_id)
                own = None if gain == _voice(audibility) else gain
                self._matrix.set_gain(listener, speaker, own)


def _voice(audibility: Audibility) -> float:
    """Give how loud a leg is heard by those for whom nothing else is said, and by a recording."""
    heard_by_all = not (audibility.muted or audibility.held or audibility.coached is not None)
    return audibility.volume if heard_by_all else 0.0
