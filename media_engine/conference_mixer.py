"""One meeting: its rules and its audio. No I/O, no clock: it moves when it is told to, and in
tick().

The rules (`<Conference>` page): it starts when two are in of whom one may start it; until then
everyone hears what he waits with and nobody is heard; it ends when a moderator leaves, or the last
one.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, assert_never

import numpy as np

from media_engine.announcements import Announcements
from media_engine.commands import (
    Announce,
    ChangeExit,
    ChangeWait,
    JoinTerms,
    PauseRecording,
    ResumeRecording,
    SetCoached,
    SetDeaf,
    SetDenoised,
    SetHeld,
    SetHoldSound,
    SetLevelled,
    SetLocked,
    SetMuted,
    SetVolume,
    SetWaitSound,
    StartRecording,
    Steering,
    StopRecording,
)
from media_engine.events import (
    Audibility,
    AudibilityChanged,
    ConferenceCreated,
    ConferenceEnded,
    ConferenceLocked,
    ConferenceStarted,
    EndReason,
    Event,
    LeaveReason,
    LegHeld,
    LegJoined,
    LegLeft,
    LegModified,
    LegMuted,
    RefusalReason,
    RoomKey,
    WaitChanged,
)
from media_engine.hearing import Hearing
from media_engine.members import Member, Members
from media_engine.mixing import RAMP_MS
from media_engine.own_sounds import OwnSounds
from media_engine.pcm import Pcm, Rows, Wide, samples_per_frame
from media_engine.sources import Clip, Silence
from media_engine.talk import Talk
from media_engine.tape import OpenRecording, Tapes
from media_engine.voice_processing import VoiceProcessing

MAX_WAITING_BEEPS: Final = 1
"""When thirty come at once, they are told of by two beeps, not by ten seconds of beeping."""

RESTING_FROM: Final = 50
"""So many in a meeting, and who may not speak there is not listened to. In a smaller one it costs
little to show that somebody speaks who is muted.
"""

_NO_ROWS: Final[Rows] = np.zeros(0, dtype=np.intp)


@dataclass(frozen=True)
class Beeps:
    """What the people in a meeting hear when somebody enters or leaves, at the mixing rate."""

    enter: Pcm
    leave: Pcm


class ConferenceMixer:
    """A meeting in a room. Facts are given to `emit` in the order in which they come true.

    `voices`: what is done, before each tick, with what all legs of the process say. `rest` is
    called with a leg and whether it may be left unheard: what it says matters to nobody here.
    """

    def __init__(  # noqa: PLR0913 - the parts of the process that a meeting needs
        self,
        conference_id: str,
        room: RoomKey,
        *,
        voices: VoiceProcessing,
        beeps: Beeps,
        open_recording: OpenRecording,
        rest: Callable[[str, bool], None],
        emit: Callable[[Event], None],
    ) -> None:
        self.conference_id = conference_id
        self.room = room
        self.started = False
        self.ended = False
        self.rows_alike = _NO_ROWS
        """Rows of members who heard the same in the last tick(), and had so at the end of the one
        before.
        """
        self._rows_apart = _NO_ROWS
        """Of those who heard something of their own in the last tick()."""
        self._locked = False
        self._frame = samples_per_frame(voices.rate_hz)
        self._beeps = beeps
        self._rest = rest
        self._emit = emit
        self._members = Members()
        self._hearing = Hearing()
        self._beeping: deque[Clip] = deque()
        ramp = voices.rate_hz * RAMP_MS // 1000
        self._announcements = Announcements(emit)
        self._own_sounds = OwnSounds(self._announcements, self._frame, ramp)
        self._tapes = Tapes(conference_id, open_recording, ramp, emit)
        self._voices = voices
        self._talk = Talk(conference_id, self._hearing, voices, self._frame, emit)
        emit(ConferenceCreated(conference_id, room))

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, leg_id: str) -> bool:
        return leg_id in self._members

    @property
    def plain_rows(self) -> Rows | None:
        """The members' rows while each hears all others and nothing else, and nobody listens in:
        `plain_mixing` does for all such meetings what tick() would do for this one.
        """
        is_plain = (
            self.started
            and self._hearing.is_plain
            and not self._beeping
            and not self._own_sounds.busy
            and self._tapes.current is None
            and self._talk.is_idle
        )
        return self._members.rows if is_plain else None

    @property
    def leg_ids(self) -> list[str]:
        """Who is in, in the order of joining."""
        return self._members.leg_ids

    @property
    def rows(self) -> Rows:
        """Their rows in what all legs speak and hear, in the same order."""
        return self._members.rows

    def refusal(self, terms: JoinTerms) -> RefusalReason | None:
        """Say why somebody on these terms can not come in, or None."""
        return RefusalReason.LOCKED if self._locked else self._members.refusal(terms)

    def join(self, leg_id: str, row: int, terms: JoinTerms) -> None:
        """Let a leg in; refusal() has been asked."""
        if not self._members:
            self._talk.told = terms.watch_speech
        member = self._members.add(leg_id, row, terms)
        audibility = Audibility(
            muted=terms.muted,
            coached=terms.coached,
            levelled=terms.levelled,
            denoised=terms.denoised,
        )
        self._hearing.add(leg_id, audibility)
        self._own_sounds.add(leg_id, terms.wait)
        self._talk.add(leg_id, row)
        self._treat_voice(member)
        if len(self) == RESTING_FROM:
            self._let_all_rest()
        self._emit(
            LegJoined(
                self.conference_id,
                leg_id,
                terms.muted,
                terms.start_on_enter,
                terms.end_on_exit,
                terms.context,
                terms.coached,
                terms.levelled,
                terms.denoised,
            )
        )
        if self.started:
            self._own_sounds.bridge(leg_id, Silence())
        elif self._may_start():
            self._start()
        if self.started:
            if terms.beep_on_enter:
                self._beep(self._beeps.enter)
            self._record(terms.recording_id)

    def leave(self, leg_id: str, reason: LeaveReason) -> None:
        """Take a leg out; the meeting may end by it. No effect when it is not in."""
        member = self._members.find(leg_id)
        if member is None:
            return
        self._remove(member, reason)
        kicked = reason is LeaveReason.KICKED
        if member.terms.end_on_exit:
            self._end(EndReason.MODERATOR_KICKED if kicked else EndReason.MODERATOR_LEFT, leg_id)
        elif not self._members:
            self._end(EndReason.LAST_KICKED if kicked else EndReason.LAST_LEFT, leg_id)
        elif self.started and member.terms.beep_on_exit:
            self._beep(self._beeps.leave)

    def steer(self, command: Steering) -> None:  # noqa: C901 - one line for each command
        """Carry out what concerns this meeting alone; no effect on who is not in."""
        match command:
            case SetMuted(_, leg_id, muted):
                if self._change(leg_id, muted=muted):
                    self._emit(LegMuted(self.conference_id, leg_id, muted))
            case SetHeld():
                self._set_held(command)
            case SetHoldSound(_, leg_id, source):
                if leg_id in self:
                    self._own_sounds.hold_with(leg_id, source)
            case SetDeaf(_, leg_id, deaf):
                self._change(leg_id, deaf=deaf)
            case SetLevelled(_, leg_id, levelled):
                self._change(leg_id, levelled=levelled)
            case SetDenoised(_, leg_id, denoised):
                self._change(leg_id, denoised=denoised)
            case SetVolume():
                self._set_volume(command)
            case SetCoached(_, leg_id, coached):
                if self._change(leg_id, coached=coached):
                    self._tell_terms(leg_id)
            case ChangeExit():
                self._change_exit(command)
            case ChangeWait(_, leg_id, context):
                if leg_id in self and not self.started:
                    self._emit(WaitChanged(self.conference_id, leg_id, context))
            case SetWaitSound(_, leg_id, source):
                if leg_id in self and not self.started:
                    self._own_sounds.wait_with(leg_id, source)
            case Announce():
                self._announce(command)
            case SetLocked(_, locked):
                self._set_locked(locked)
            case StartRecording(_, recording_id):
                (self._tapes.start if self.started else self._tapes.refuse)(recording_id)
            case PauseRecording() | ResumeRecording() | StopRecording():
                self._tapes.steer(command)
            case _:
                assert_never(command)

    def end(self) -> None:
        """End it for everybody, because the operator says so."""
        if not self.ended:
            self._end(EndReason.ENDED_VIA_API, None)

    def tick(self, spoken: Wide, heard: Wide, skipped: int) -> None:
        """Fill the members' rows of `heard` from all rows of `spoken`; `skipped` ticks were given
        up before.
        """
        self.rows_alike = apart = _NO_ROWS
        if self.started:
            mixed, total = self._hearing.mix(spoken, self._members.rows)
            alike = self._hearing.alike
            if self._beeping:
                beep = self._next_beep()
                mixed += beep
                total = total + beep
        else:
            mixed = self._own_sounds.waited_with()
            alike = _NO_ROWS
            total = np.zeros(self._frame, dtype=np.float32)
        if self._own_sounds.busy:
            total = self._own_sounds.put_over(mixed, total)
            apart = self._members.rows[self._own_sounds.apart]
        heard[self._members.rows] = mixed
        # The end of what somebody heard alone is still in the filter of his mix.
        alone = np.concatenate((apart, self._rows_apart))
        self._rows_apart = apart
        alike_rows = self._members.rows[alike]
        self.rows_alike = np.setdiff1d(alike_rows, alone) if len(alone) else alike_rows
        tape = self._tapes.current
        if tape is not None:
            tape.write(total[np.newaxis], skipped)
        if self.started:
            self._talk.tick(tape)

    def _may_start(self) -> bool:
        return len(self._members) >= 2 and any(
            member.terms.start_on_enter for member in self._members
        )

    def _start(self) -> None:
        self.started = True
        self._own_sounds.bridge_all()
        self._emit(ConferenceStarted(self.conference_id))
        for member in self._members:
            self._record(member.terms.recording_id)

    def _end(self, reason: EndReason, leg_id: str | None) -> None:
        self.ended = True
        for member in list(self._members):
            self._remove(member, LeaveReason.CONFERENCE_ENDED)
        self._tapes.stop()
        self._announcements.drop(None, "the conference has ended")
        self._emit(ConferenceEnded(self.conference_id, reason, leg_id))

    def _record(self, recording_id: str | None) -> None:
        """Record from the start, if somebody came with that wish; once for each meeting."""
        if recording_id is not None and not self._tapes.has_recorded:
            self._tapes.start(recording_id)

    def _set_locked(self, locked: bool) -> None:
        if locked != self._locked:
            self._locked = locked
            self._emit(ConferenceLocked(self.conference_id, locked))

    def _change(self, leg_id: str, **changes: Any) -> bool:
        """Change how a leg is heard and hears; False when it is not in or was so already."""
        member = self._members.find(leg_id)
        if member is None or not self._hearing.change(leg_id, **changes):
            return False
        self._treat_voice(member)
        self._talk.heed(leg_id)
        self._tell_audibility(leg_id)
        return True

    def _treat_voice(self, member: Member) -> None:
        one = self._hearing[member.leg_id]
        self._voices.level(member.row, one.levelled)
        self._voices.denoise(member.row, one.denoised)
        self._let_rest(member)

    def let_rest(self, leg_id: str) -> None:
        """Say anew whether a leg may be left unheard, which is no longer needed elsewhere."""
        member = self._members.find(leg_id)
        if member is not None:
            self._let_rest(member)

    def _let_rest(self, member: Member) -> None:
        """Leave somebody unheard whom nobody is to hear, in a large meeting."""
        is_needless = len(self) >= RESTING_FROM and not self._hearing.may_speak(member.leg_id)
        self._rest(member.leg_id, is_needless)

    def _let_all_rest(self) -> None:
        for member in self._members:
            self._let_rest(member)

    def _set_volume(self, command: SetVolume) -> None:
        leg_id, listener_id = command.leg_id, command.listener_id
        if listener_id is None:
            self._change(leg_id, volume=command.volume)
        elif leg_id in self and listener_id in self and leg_id != listener_id:
            volumes = {**self._hearing[leg_id].volumes, listener_id: command.volume}
            self._change(leg_id, volumes=volumes)

    def _set_held(self, command: SetHeld) -> None:
        leg_id = command.leg_id
        changed = self._change(leg_id, held=command.held)
        if changed and command.held:
            self._own_sounds.hold(leg_id)
        elif changed:
            self._own_sounds.take_back(leg_id)
        has_another_sound = leg_id in self and command.held and command.context
        if changed or has_another_sound:
            self._emit(LegHeld(self.conference_id, leg_id, command.held, command.context))

    def _change_exit(self, command: ChangeExit) -> None:
        member = self._members.find(command.leg_id)
        if member is None:
            return
        beep, end = command.beep_on_exit, command.end_on_exit
        terms = replace(
            member.terms,
            beep_on_exit=member.terms.beep_on_exit if beep is None else beep,
            end_on_exit=member.terms.end_on_exit if end is None else end,
        )
        if terms != member.terms:
            member.terms = terms
            self._tell_terms(command.leg_id)

    def _announce(self, command: Announce) -> None:
        if command.leg_id is None or command.leg_id in self:
            self._own_sounds.announce(command)
        else:
            self._announcements.fail(command, "the participant is not in the conference")

    def _tell_audibility(self, leg_id: str) -> None:
        self._emit(AudibilityChanged(self.conference_id, leg_id, self._hearing[leg_id]))

    def _tell_terms(self, leg_id: str) -> None:
        member = self._members.find(leg_id)
        if member is not None:
            terms, coached = member.terms, self._hearing[leg_id].coached
            self._emit(
                LegModified(
                    self.conference_id, leg_id, terms.beep_on_exit, terms.end_on_exit, coached
                )
            )

    def _beep(self, sound: Pcm) -> None:
        if len(self._beeping) <= MAX_WAITING_BEEPS:
            self._beeping.append(Clip(sound))

    def _next_beep(self) -> Wide:
        frame = self._beeping[0].read(self._frame)
        if frame is None:
            self._beeping.popleft()
            return np.zeros(self._frame, dtype=np.float32)
        return frame

    def _remove(self, member: Member, reason: LeaveReason) -> None:
        self._own_sounds.remove(member.leg_id)
        self._talk.remove(member.leg_id)
        self._voices.leave_alone(member.row)
        self._rest(member.leg_id, False)
        self._hearing.remove(member.leg_id)
        self._members.remove(member)
        if len(self) == RESTING_FROM - 1:
            self._let_all_rest()
        self._emit(LegLeft(self.conference_id, member.leg_id, reason, bridged=self.started))
