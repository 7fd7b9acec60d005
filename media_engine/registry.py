"""All live meetings and legs of a process, and what one tick does with them. No I/O, no clock.

Commands are applied between ticks; within a tick each leg is read once. Sound of all legs lies in
two arrays, one row a leg: what they speak and what they hear.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, ParamSpec

import numpy as np

from media_engine.commands import (
    Announce,
    CloseLeg,
    Command,
    EndConference,
    Interrupt,
    JoinConference,
    Kick,
    LeaveConference,
    LegSteering,
    PauseLegRecording,
    Play,
    ResumeLegRecording,
    StartLegRecording,
    StartRecording,
    Steering,
    StopLegRecording,
)
from media_engine.conference_mixer import Beeps, ConferenceMixer
from media_engine.dialects import WireFormat
from media_engine.errors import EngineError
from media_engine.events import (
    AnnouncementFailed,
    Event,
    JoinRefused,
    LeaveReason,
    LegClosed,
    LegInterrupted,
    PlaybackEnded,
    RecordingRefused,
    RefusalReason,
    RoomKey,
)
from media_engine.jitter import DEFAULT_PREFILL
from media_engine.leg import Leg, LegOutput
from media_engine.leg_bank import LegBank
from media_engine.leg_tape import LegTapes, OpenLegRecording
from media_engine.leg_view import LegLevels, LegView, levels_of, view_legs
from media_engine.limiter import Limiter
from media_engine.mixing import RAMP_MS
from media_engine.pcm import Rows, Wide, samples_per_frame
from media_engine.plain_mixing import PlainMixing
from media_engine.tape import OpenRecording
from media_engine.voice_processing import VoiceProcessing

_FIRST_ROWS: Final = 16

_P = ParamSpec("_P")


@dataclass(slots=True)
class _Seat:
    """A leg and what it hears: a meeting, or (alone) what is played to it."""

    leg: Leg
    meeting: ConferenceMixer | None = None
    playing: Play | None = None


class Registry:
    """The state of the engine. Not thread-safe: one thread calls everything here."""

    def __init__(
        self,
        *,
        mix_rate_hz: int,
        beeps: Beeps,
        open_recording: OpenRecording,
        open_leg_recording: OpenLegRecording,
        emit: Callable[[Event], None],
    ) -> None:
        self.mix_rate_hz = mix_rate_hz
        self._frame = samples_per_frame(mix_rate_hz)
        self._beeps = beeps
        self._open_recording = open_recording
        self._emit = emit
        self._seats: dict[str, _Seat] = {}
        self._alone: dict[str, _Seat] = {}
        self._tapes = LegTapes(mix_rate_hz * RAMP_MS // 1000, open_leg_recording, emit)
        self._rooms: dict[RoomKey, ConferenceMixer] = {}
        self._meetings: dict[str, ConferenceMixer] = {}
        self._banks: dict[WireFormat, LegBank] = {}
        self._spoken: Wide = np.zeros((_FIRST_ROWS, self._frame), dtype=np.float32)
        self._heard: Wide = np.zeros_like(self._spoken)
        self._plain_mixing = PlainMixing()
        self._limiter = Limiter(_FIRST_ROWS)
        self._voices = VoiceProcessing(mix_rate_hz)
        self._free_rows = list(range(_FIRST_ROWS))

    @property
    def legs(self) -> int:
        """How many callers are connected."""
        return len(self._seats)

    @property
    def meetings(self) -> int:
        """How many meetings are live."""
        return len(self._meetings)

    @property
    def noisy_voices(self) -> int:
        """How many voices were to be freed of noise and could not be."""
        return self._voices.noisy

    def meeting_in(self, room: RoomKey) -> str | None:
        """Give the name of a room's live meeting; the one question that any thread may ask."""
        meeting = self._rooms.get(room)
        return None if meeting is None else meeting.conference_id

    def open_leg(
        self, leg_id: str, wire: WireFormat, output: LegOutput, *, prefill: int = DEFAULT_PREFILL
    ) -> Leg:
        """Bring a caller in; it hears silence until a command says otherwise. EngineError for a
        known `leg_id`.
        """
        if leg_id in self._seats:
            raise EngineError(f"leg {leg_id} is open already")
        leg = Leg(leg_id, wire, output, row=self._take_row(), prefill=prefill)
        bank = self._banks.get(wire)
        if bank is None:
            bank = self._banks[wire] = LegBank(wire, self.mix_rate_hz)
        bank.add(leg)
        seat = _Seat(leg)
        self._seats[leg_id] = seat
        self._alone[leg_id] = seat
        return leg

    def apply(self, command: Command) -> None:
        """Carry out one command; what comes of it is emitted."""
        match command:
            case JoinConference():
                self._join(command)
            case LeaveConference(leg_id, reason):
                self._leave(leg_id, reason)
            case Kick(conference_id, leg_id):
                if self._is_in(leg_id, conference_id):
                    self._leave(leg_id, LeaveReason.KICKED)
            case EndConference(conference_id):
                self._end(conference_id)
            case Play(leg_id):
                self._play(leg_id, command)
            case Interrupt(leg_id, context):
                self._emit(LegInterrupted(leg_id, context))
            case CloseLeg(leg_id):
                self._close_leg(leg_id)
            case (
                StartLegRecording()
                | PauseLegRecording()
                | ResumeLegRecording()
                | StopLegRecording()
            ):
                self._steer_tape(command)
            case _:
                self._steer(command)

    def tick(self, skipped: int = 0) -> None:
        """Move all sound on by 20 ms: read every leg, mix every meeting, send everybody what he
        hears. `skipped` ticks were given up before.

        A source, a recording or an output that fails leaves its own listeners in silence and no
        others; ExceptionGroup of what failed, at the end of the tick.
        """
        failures: list[Exception] = []
        # Where something fails nobody may hear the last frame again: that is a 50 Hz buzz.
        self._spoken.fill(0)
        self._heard.fill(0)
        for bank in self._banks.values():
            _attempt(failures, bank.decode, self._spoken)
        for seat in self._alone.values():
            if seat.playing is not None:
                _attempt(failures, self._play_on, seat, seat.playing)
        _attempt(failures, self._voices.tick, self._spoken)
        plain: list[Rows] = []
        alike: list[Rows] = []
        for meeting in self._meetings.values():
            if (rows := meeting.plain_rows) is not None:
                plain.append(rows)
            else:
                _attempt(failures, meeting.tick, self._spoken, self._heard, skipped)
                if len(meeting.rows_alike) > 1:
                    alike.append(meeting.rows_alike)
        _attempt(failures, self._plain_mixing.mix, plain, self._spoken, self._heard)
        for tape in self._tapes:
            _attempt(failures, tape.tick, self._spoken, self._heard, skipped)
        ears = self._ears(alike) if alike else None
        _attempt(failures, self._limiter.limit, self._heard)
        for bank in self._banks.values():
            _attempt(failures, bank.encode, self._heard, ears)
        if failures:
            raise ExceptionGroup("parts of a tick failed", failures)

    def _ears(self, alike: list[Rows]) -> Rows:
        """Give for each row another one in which the same is heard, or itself."""
        ears = np.arange(len(self._heard))
        for rows in alike:
            stay = rows[self._limiter.stay_alike(rows, rows[:1])]
            ears[stay] = rows[0]
        return ears

    def levels(self, conference_id: str) -> LegLevels:
        """Show how loud the legs of a meeting were in the last tick; none where no such meeting is
        live.
        """
        meeting = self._meetings.get(conference_id)
        if meeting is None:
            return levels_of([], np.zeros((0, self._frame), dtype=np.float32))
        return levels_of(meeting.leg_ids, self._spoken[meeting.rows])

    def view(self, conference_id: str) -> list[LegView]:
        """Show how the sound of a meeting's legs arrives; none where no such meeting is live."""
        meeting = self._meetings.get(conference_id)
        leg_ids = [] if meeting is None else meeting.leg_ids
        return view_legs([self._seats[leg_id].leg for leg_id in leg_ids])

    def close(self) -> None:
        """End all meetings and forget all legs, as at shutdown."""
        for conference_id in list(self._meetings):
            self.apply(EndConference(conference_id))
        for leg_id in list(self._seats):
            self._close_leg(leg_id)

    def _join(self, command: JoinConference) -> None:
        seat = self._seats.get(command.leg_id)
        if seat is None:
            return
        meeting = self._rooms.get(command.room)
        refusal = RefusalReason.ALREADY_IN_A_MEETING if seat.meeting is not None else None
        if refusal is None and meeting is not None:
            refusal = meeting.refusal(command.terms)
        if refusal is None and meeting is None and command.terms.coached is not None:
            refusal = RefusalReason.COACHED_IS_NOT_IN
        if refusal is not None:
            self._emit(JoinRefused(command.leg_id, command.room, refusal))
            return
        self._stop_playing(seat)
        if meeting is None:
            meeting = self._new_meeting(command)
        seat.meeting = meeting
        seat.leg.jitter.prefill = command.terms.prefill
        seat.leg.jitter.ceiling = command.terms.ceiling
        seat.leg.listen()
        del self._alone[command.leg_id]
        meeting.join(command.leg_id, seat.leg.row, command.terms)
        if command.terms.own_recording is not None:
            self._tapes.record_stay(
                command.leg_id, seat.leg.row, meeting, command.terms.own_recording
            )
            self._banks[seat.leg.wire].wake(seat.leg)

    def _new_meeting(self, command: JoinConference) -> ConferenceMixer:
        meeting = ConferenceMixer(
            command.conference_id,
            command.room,
            voices=self._voices,
            beeps=self._beeps,
            open_recording=self._open_recording,
            rest=self._rest,
            emit=self._emit,
        )
        self._rooms[command.room] = meeting
        self._meetings[command.conference_id] = meeting
        return meeting

    def _steer_tape(self, command: LegSteering) -> None:
        seat = self._seats.get(command.leg_id)
        self._tapes.steer(command, None if seat is None else seat.leg.row)
        if seat is None:
            return
        if command.leg_id in self._tapes:
            self._banks[seat.leg.wire].wake(seat.leg)
        elif seat.meeting is not None:
            seat.meeting.let_rest(command.leg_id)

    def _rest(self, leg_id: str, unheard: bool) -> None:
        """Let a leg rest whom its meeting does not hear, if no recording of its own does."""
        leg = self._seats[leg_id].leg
        bank = self._banks[leg.wire]
        if unheard and leg_id not in self._tapes:
            bank.rest(leg)
        else:
            bank.wake(leg)

    def _is_in(self, leg_id: str, conference_id: str) -> bool:
        seat = self._seats.get(leg_id)
        meeting = None if seat is None else seat.meeting
        return meeting is not None and meeting.conference_id == conference_id

    def _leave(self, leg_id: str, reason: LeaveReason) -> None:
        seat = self._seats.get(leg_id)
        if seat is None or seat.meeting is None:
            return
        meeting = seat.meeting
        self._seat_alone(seat)
        meeting.leave(leg_id, reason)
        self._clear_away(meeting)

    def _steer(self, command: Steering) -> None:
        meeting = self._meetings.get(command.conference_id)
        if meeting is not None:
            meeting.steer(command)
        elif isinstance(command, StartRecording):
            self._emit(RecordingRefused(command.conference_id, command.recording_id))
        elif isinstance(command, Announce):
            reason = "the conference has ended"
            self._emit(
                AnnouncementFailed(command.conference_id, command.leg_id, command.context, reason)
            )

    def _end(self, conference_id: str) -> None:
        meeting = self._meetings.get(conference_id)
        if meeting is not None:
            meeting.end()
            self._clear_away(meeting)

    def _clear_away(self, meeting: ConferenceMixer) -> None:
        """Forget a meeting that is over; those who were in it are alone again."""
        if not meeting.ended:
            return
        del self._rooms[meeting.room]
        del self._meetings[meeting.conference_id]
        for seat in self._seats.values():
            if seat.meeting is meeting:
                self._seat_alone(seat)

    def _seat_alone(self, seat: _Seat) -> None:
        leg_id = seat.leg.leg_id
        seat.meeting = None
        self._alone[leg_id] = seat
        self._tapes.end_stay(leg_id)

    def _play(self, leg_id: str, command: Play) -> None:
        seat = self._seats.get(leg_id)
        if seat is None:
            return
        if seat.meeting is not None:
            self._emit(PlaybackEnded(leg_id, command.play_id, completed=False))
            return
        self._stop_playing(seat)
        seat.leg.listen()
        seat.playing = command

    def _stop_playing(self, seat: _Seat) -> None:
        if seat.playing is not None:
            self._emit(PlaybackEnded(seat.leg.leg_id, seat.playing.play_id, completed=False))
            seat.playing = None

    def _play_on(self, seat: _Seat, playing: Play) -> None:
        try:
            frame = playing.source.read(self._frame)
        except Exception:
            # Its call must go on: a source that fails once would fail for ever.
            self._stop_playing(seat)
            raise
        if frame is not None:
            self._heard[seat.leg.row] = frame
        else:
            self._emit(PlaybackEnded(seat.leg.leg_id, playing.play_id, completed=True))
            seat.playing = None

    def _close_leg(self, leg_id: str) -> None:
        seat = self._seats.get(leg_id)
        if seat is None:
            return
        self._leave(leg_id, LeaveReason.HUNG_UP)
        self._stop_playing(seat)
        self._tapes.forget(leg_id)
        del self._seats[leg_id], self._alone[leg_id]
        bank = self._banks[seat.leg.wire]
        bank.remove(seat.leg)
        if not len(bank):
            del self._banks[seat.leg.wire]
        self._free_rows.append(seat.leg.row)
        self._emit(LegClosed(leg_id))

    def _take_row(self) -> int:
        if not self._free_rows:
            rows = len(self._spoken)
            self._spoken = np.concatenate([self._spoken, np.zeros_like(self._spoken)])
            self._heard = np.concatenate([self._heard, np.zeros_like(self._heard)])
            self._limiter.grow(2 * rows)
            self._free_rows = list(range(rows, 2 * rows))
        row = self._free_rows.pop()
        self._limiter.forget(row)
        return row


def _attempt(
    failures: list[Exception], step: Callable[_P, None], *args: _P.args, **kwargs: _P.kwargs
) -> None:
    try:
        step(*args, **kwargs)
    except Exception as failure:
        failures.append(failure)
