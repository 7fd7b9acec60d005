"""Who speaks in one meeting, watched while somebody is to know: by events, or by its recording."""

from collections.abc import Callable
from functools import partial

from media_engine.events import LegSpeaking
from media_engine.hearing import Hearing
from media_engine.tape import Tape
from media_engine.voice_processing import VoiceProcessing


class Talk:
    """Nothing is watched for nobody: a meeting that is not recorded, and whose author has not
    asked, costs two comparisons a tick; one that is watched costs no more until somebody begins to
    speak, or has stopped.

    `told`: whether events tell of it.
    """

    def __init__(
        self,
        conference_id: str,
        hearing: Hearing,
        voices: VoiceProcessing,
        frame: int,
        emit: Callable[[LegSpeaking], None],
    ) -> None:
        self._told = False
        self._conference_id = conference_id
        self._hearing = hearing
        self._voices = voices
        self._frame = frame
        self._emit = emit
        self._rows: dict[str, int] = {}
        self._detected: set[str] = set()
        """Who speaks, heard or not."""
        self._speaking: dict[str, None] = {}
        """Who speaks and is heard, as it was told; in the order in which they began."""
        self._active: str | None = None
        """The active speaker keeps the floor until he has ceased and another speaks; of several the
        one who has spoken longest has it then.
        """
        self._turns: dict[str, int] = {}
        """Who may have begun or ceased to speak, and how many ticks ago."""
        self._tape: Tape | None = None

    @property
    def told(self) -> bool:
        return self._told

    @told.setter
    def told(self, told: bool) -> None:
        self._told = told
        self._watch_all()

    @property
    def is_idle(self) -> bool:
        """Whether tick() has nothing to do, as long as nothing is recorded."""
        return not self._turns and self._tape is None

    def add(self, leg_id: str, row: int) -> None:
        """Watch one more, who speaks in a row of what all legs speak."""
        self._rows[leg_id] = row
        self._watch(leg_id)

    def remove(self, leg_id: str) -> None:
        """Forget one, who has ceased to speak."""
        self._voices.unwatch(self._rows.pop(leg_id))
        self._detected.discard(leg_id)
        self._turns.pop(leg_id, None)
        if leg_id in self._speaking:
            self._turn(leg_id, speaking=False)
        if leg_id == self._active:
            self._active = None

    def heed(self, leg_id: str) -> None:
        """Look, in the next tick, whether somebody is heard as before."""
        if leg_id in self._detected:
            self._turns[leg_id] = 0

    def tick(self, tape: Tape | None) -> None:
        """Tell of what has changed by this tick, whose frame `tape` has already if there is one."""
        if tape is not self._tape:
            self._follow(tape)
        if self._turns:
            for leg_id, ago in self._turns.items():
                speaks = leg_id in self._detected and self._hearing.may_speak(leg_id)
                if speaks != (leg_id in self._speaking):
                    self._turn(leg_id, speaks, ago * self._frame)
            self._turns.clear()

    def _watch_all(self) -> None:
        for leg_id in self._rows:
            self._watch(leg_id)

    def _watch(self, leg_id: str) -> None:
        row = self._rows[leg_id]
        if self._told or self._tape is not None:
            self._voices.watch(row, partial(self._hear, leg_id))
        else:
            self._voices.unwatch(row)

    def _hear(self, leg_id: str, speaking: bool, ago: int) -> None:
        (self._detected.add if speaking else self._detected.discard)(leg_id)
        self._turns[leg_id] = ago

    def _follow(self, tape: Tape | None) -> None:
        """Note for another recording from now on, or for none."""
        was_watched = self._told or self._tape is not None
        self._tape = tape
        if (self._told or tape is not None) != was_watched:
            self._detected.clear()
            self._speaking.clear()
            self._active = None
            self._watch_all()
        if tape is not None:
            for leg_id in filter(self._hearing.is_recorded, sorted(self._speaking)):
                tape.speaks(leg_id, speaking=True)

    def _turn(self, leg_id: str, speaking: bool, ago: int = 0) -> None:
        if speaking:
            self._speaking[leg_id] = None
        else:
            del self._speaking[leg_id]
        if self._active not in self._speaking:
            self._active = next(iter(self._speaking), self._active)
        if self._told:
            self._emit(LegSpeaking(self._conference_id, leg_id, speaking, self._active))
        if self._tape is not None and (not speaking or self._hearing.is_recorded(leg_id)):
            self._tape.speaks(leg_id, speaking, ago)
