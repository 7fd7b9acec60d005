"""Engine events → rows: the only writer of what is true in a live meeting.

Events that come together are written in one transaction, in their order. An event may come twice,
so states are set, never toggled, and a fact already written (the same event of the same moment)
changes nothing.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import singledispatch
from typing import Final

from django.db import transaction

from conference_app import watchers
from conference_app.models import (
    Account,
    Conference,
    ConferenceStatus,
    EventKind,
    LeftReason,
    Participant,
    Recording,
    Room,
)
from conference_app.services import finishing_worker, recordings, steering_log, timeline
from conference_app.services.join_context import JoinContext
from conference_app.services.ledger import Ledger, open_ledger
from conference_app.services.recording_wish import RecordingWish
from media_engine.events import (
    AnnouncementEnded,
    AnnouncementFailed,
    Audibility,
    AudibilityChanged,
    ConferenceCreated,
    ConferenceEnded,
    ConferenceLocked,
    ConferenceStarted,
    Event,
    JoinRefused,
    LegClosed,
    LegHeld,
    LegJoined,
    LegLeft,
    LegModified,
    LegMuted,
    LegSpeaking,
    RecordingFinished,
    RecordingPaused,
    RecordingRefused,
    RecordingStarted,
    RefusalReason,
    WaitChanged,
)

logger = logging.getLogger(__name__)

# Twilio's error dictionary: 16020 the conference is full, 16025 the label is in use, 13240 the
# coached call is not in, 16030 the participant could not be added: the nearest to a lock, too.
_REFUSALS = {
    RefusalReason.FULL: (16020, "The conference is full."),
    RefusalReason.LOCKED: (16030, "The conference is locked."),
    RefusalReason.ALREADY_IN_A_MEETING: (16030, "The call is in a conference already."),
    RefusalReason.LABEL_IN_USE: (16025, "Another participant has this label."),
    RefusalReason.COACHED_IS_NOT_IN: (13240, "The call to coach is not in the conference."),
}


def record(told: Sequence[tuple[Event, datetime]]) -> None:
    """Bring the rows up to these events, all or none; each with its moment, the same each time it
    comes.

    Events of unknown meetings and legs are logged, not raised; what the books do not hold (pressed
    keys, what was played) is passed over.
    """
    told = [(event, at) for event, at in told if _write.dispatch(type(event)) is not _PASS_OVER]
    if not told:
        return
    meetings = {getattr(event, "conference_id", "") for event, _ in told} - {""}
    people = {getattr(event, "leg_id", None) or "" for event, _ in told} - {""}
    with open_ledger() as ledger:
        ledger.read_ahead(meetings, people, {at for _, at in told})
        for event, occurred_at in told:
            _write(event, occurred_at, ledger)
    for conference_sid in meetings:
        watchers.tell(conference_sid)


@singledispatch
def _write(event: object, occurred_at: datetime, ledger: Ledger) -> None:
    """Nothing to write for the other kinds."""


_PASS_OVER: Final = _write.dispatch(object)


@_write.register
def _conference_created(event: ConferenceCreated, occurred_at: datetime, ledger: Ledger) -> None:
    if Conference.objects.filter(sid=event.conference_id).exists():
        return
    account = Account.objects.filter(sid=event.room.owner).first()
    if account is None:
        logger.warning("%s was created for an unknown account", event.conference_id)
        return
    room, _ = Room.objects.get_or_create(account=account, name=event.room.name)
    _close_what_the_engine_has_forgotten(room, event.conference_id, occurred_at, ledger)
    # Whoever invites somebody into the room may write the row at this very moment.
    Conference.objects.get_or_create(
        sid=event.conference_id,
        defaults={"account": account, "room": room, "friendly_name": room.name},
    )


def _close_what_the_engine_has_forgotten(
    room: Room, live: str, occurred_at: datetime, ledger: Ledger
) -> None:
    """The engine has one live meeting for a room; an older open row means a missed end."""
    open_rows = Conference.objects.filter(room=room).exclude(status=ConferenceStatus.COMPLETED)
    for sid in open_rows.exclude(sid=live).values_list("sid", flat=True):
        stale = ledger.conference(sid)
        if stale is None or stale.is_over:
            continue
        logger.warning("%s was still open when its room got a new meeting", stale.sid)
        timeline.end_everyones_stay(ledger, stale, occurred_at, LeftReason.CONFERENCE_ENDED)
        timeline.end_conference(ledger, stale, occurred_at)


@_write.register
def _conference_started(event: ConferenceStarted, occurred_at: datetime, ledger: Ledger) -> None:
    conference = ledger.conference(event.conference_id)
    if conference is None or conference.status != ConferenceStatus.INIT:
        return
    conference.status = ConferenceStatus.IN_PROGRESS
    conference.started_at = occurred_at
    conference.save(update_fields=["status", "started_at", "updated_at"])
    ledger.append(conference, EventKind.CONFERENCE_START, occurred_at)


@_write.register
def _conference_ended(event: ConferenceEnded, occurred_at: datetime, ledger: Ledger) -> None:
    conference = ledger.conference(event.conference_id)
    if conference is None or conference.is_over:
        return
    reason = LeftReason.CONFERENCE_ENDED
    left_over = timeline.end_everyones_stay(ledger, conference, occurred_at, reason)
    if left_over:
        logger.warning("%s ended with %d people in the books", conference.sid, left_over)
    timeline.end_conference(
        ledger,
        conference,
        occurred_at,
        reason=event.reason.value,
        call_sid=event.leg_id or "",
    )


@_write.register
def _leg_joined(event: LegJoined, occurred_at: datetime, ledger: Ledger) -> None:
    conference = ledger.conference(event.conference_id)
    call = ledger.call(event.leg_id)
    if conference is None or call is None:
        return
    stays = ledger.stays(conference, call.sid)
    if any(stay.is_in or stay.joined_at == occurred_at for stay in stays):
        return
    if conference.is_over:
        logger.warning("%s joined %s, which is over", call.sid, conference.sid)
        return
    context = JoinContext.from_json(event.context)
    # As at Twilio: the first to join names the callbacks, what later ones say does not count.
    if ledger.is_untold(conference):
        context.set_up(conference)
    stay = Participant.objects.create(
        conference=conference,
        call=call,
        label=context.label,
        muted=event.muted,
        start_on_enter=event.start_on_enter,
        end_on_exit=event.end_on_exit,
        coaching=event.coached is not None,
        call_sid_to_coach=event.coached or "",
        auto_gain_control=event.levelled,
        noise_suppression=event.denoised,
        joined_at=occurred_at,
    )
    ledger.add_stay(stay)
    audibility = Audibility(
        muted=event.muted,
        coached=event.coached,
        levelled=event.levelled,
        denoised=event.denoised,
    )
    if audibility != Audibility():
        steering_log.note_audibility(ledger, stay, audibility, occurred_at)
    kind = EventKind.PARTICIPANT_JOIN
    ledger.append(conference, kind, occurred_at, stay=stay, details={"muted": event.muted})


@_write.register
def _leg_left(event: LegLeft, occurred_at: datetime, ledger: Ledger) -> None:
    conference = ledger.conference(event.conference_id)
    if conference is None:
        return
    if any(stay.left_at == occurred_at for stay in ledger.stays(conference, event.leg_id)):
        return
    stay = ledger.present_stay(conference, event.leg_id)
    if stay is None:
        logger.warning("%s left %s without having been in", event.leg_id, conference.sid)
        return
    timeline.end_stay(ledger, stay, occurred_at, LeftReason(event.reason.value))


@_write.register
def _leg_muted(event: LegMuted, occurred_at: datetime, ledger: Ledger) -> None:
    conference = ledger.conference(event.conference_id)
    if conference is None:
        return
    stay = ledger.present_stay(conference, event.leg_id)
    if stay is None:
        if not conference.participants.filter(call__sid=event.leg_id).exists():
            logger.warning("%s was muted in %s without being in", event.leg_id, conference.sid)
        return
    kind = EventKind.PARTICIPANT_MUTE if event.muted else EventKind.PARTICIPANT_UNMUTE
    if _was_told(ledger, stay, kind, occurred_at):
        return
    stay.muted = event.muted
    stay.save(update_fields=["muted", "updated_at"])
    ledger.append(conference, kind, occurred_at, stay=stay)


_write.register(ConferenceLocked, steering_log.conference_locked)
_write.register(LegHeld, steering_log.leg_held)
_write.register(LegModified, steering_log.leg_modified)
_write.register(WaitChanged, steering_log.wait_changed)
_write.register(LegSpeaking, steering_log.leg_speaking)
_write.register(AudibilityChanged, steering_log.audibility_changed)
_write.register(AnnouncementEnded, steering_log.announcement_ended)
_write.register(AnnouncementFailed, steering_log.announcement_failed)
_write.register(RecordingPaused, steering_log.recording_paused)
_write.register(RecordingRefused, steering_log.recording_refused)


def _was_told(ledger: Ledger, stay: Participant, kind: EventKind, occurred_at: datetime) -> bool:
    """Whether the timeline says this already: the same fact, or the same state told last.

    The row's `muted` can not answer that: it holds the wish before the engine has fulfilled it.
    """
    told = ledger.told(stay.conference).filter(call=stay.call)
    if told.filter(kind=kind, occurred_at=occurred_at).exists():
        return True
    state_kinds = (
        EventKind.PARTICIPANT_JOIN,
        EventKind.PARTICIPANT_MUTE,
        EventKind.PARTICIPANT_UNMUTE,
    )
    last = told.filter(kind__in=state_kinds).order_by("-sequence_number").first()
    if last is None:
        return False
    was_muted = (
        last.details.get("muted", False)
        if last.kind == EventKind.PARTICIPANT_JOIN
        else last.kind == EventKind.PARTICIPANT_MUTE
    )
    return bool(was_muted == (kind == EventKind.PARTICIPANT_MUTE))


@_write.register
def _join_refused(event: JoinRefused, _: datetime, ledger: Ledger) -> None:
    call = ledger.call(event.leg_id)
    if call is not None:
        call.error_code, call.error_message = _REFUSALS[event.reason]
        call.save(update_fields=["error_code", "error_message", "updated_at"])


@_write.register
def _leg_closed(event: LegClosed, occurred_at: datetime, ledger: Ledger) -> None:
    call = ledger.call(event.leg_id)
    if call is not None and call.ended_at is None:
        timeline.end_call(call.sid, occurred_at)


@_write.register
def _recording_started(event: RecordingStarted, occurred_at: datetime, ledger: Ledger) -> None:
    _recording(event, occurred_at, ledger, event.context)


@_write.register
def _recording_finished(event: RecordingFinished, occurred_at: datetime, ledger: Ledger) -> None:
    recording = _recording(event, occurred_at, ledger)
    if recording is not None:
        recordings.close(recording=recording, error=event.error or "")
        transaction.on_commit(finishing_worker.wake)


def _recording(
    event: RecordingStarted | RecordingFinished,
    started_at: datetime,
    ledger: Ledger,
    context: str = "",
) -> Recording | None:
    """Give the row of a recording, made if there is none; None: its owner is not in the books."""
    sid = event.recording_id
    if event.leg_id is None:
        conference = ledger.conference(event.conference_id)
        if conference is None:
            return None
        return recordings.begin(conference=conference, sid=sid, started_at=started_at)
    call = ledger.call(event.leg_id)
    if call is None:
        return None
    wish = RecordingWish.from_json(context)
    return recordings.begin_of_call(call=call, sid=sid, started_at=started_at, wish=wish)
