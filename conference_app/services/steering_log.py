"""Engine events → rows, for what is changed in a live meeting; a part of `event_log`.

Each runs in event_log's transaction, and twice for one event without another effect.
"""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from conference_app.models import (
    AudibilityChange,
    Call,
    Conference,
    ConferenceEvent,
    EventKind,
    Participant,
    Recording,
)
from conference_app.services import recordings, timeline
from conference_app.services.sound_wish import SoundWish
from media_engine.events import (
    AnnouncementEnded,
    AnnouncementFailed,
    Audibility,
    AudibilityChanged,
    ConferenceLocked,
    LegHeld,
    LegModified,
    LegSpeaking,
    RecordingPaused,
    RecordingRefused,
    WaitChanged,
)


def leg_held(event: LegHeld, occurred_at: datetime) -> None:
    """The hold of somebody begins or ends; told once, whatever it hears meanwhile."""
    participant = _who_is_in(event.conference_id, event.leg_id)
    if participant is None:
        return
    states = (EventKind.PARTICIPANT_HOLD, EventKind.PARTICIPANT_UNHOLD)
    kind = states[0] if event.held else states[1]
    told = _told_of(participant).filter(kind__in=states, occurred_at__gte=participant.joined_at)
    last = told.order_by("-sequence_number").first()
    if (last is not None and last.kind == EventKind.PARTICIPANT_HOLD) == event.held:
        return
    if _was_told(participant, kind, occurred_at):
        return
    participant.hold = event.held
    participant.save(update_fields=["hold", "updated_at"])
    timeline.append(participant.conference, kind, occurred_at, call=participant.call)


def conference_locked(event: ConferenceLocked, occurred_at: datetime) -> None:
    """Newcomers are turned away, or come in again; told once."""
    conference = timeline.locked_conference(event.conference_id)
    if conference is None or conference.is_over:
        return
    states = (EventKind.CONFERENCE_LOCK, EventKind.CONFERENCE_UNLOCK)
    kind = states[0] if event.locked else states[1]
    told = conference.events.filter(kind__in=states)
    last = told.order_by("-sequence_number").first()
    if (last is not None and last.kind == EventKind.CONFERENCE_LOCK) == event.locked:
        return
    if told.filter(kind=kind, occurred_at=occurred_at).exists():
        return
    conference.locked = event.locked
    conference.save(update_fields=["locked", "updated_at"])
    timeline.append(conference, kind, occurred_at)


def leg_modified(event: LegModified, occurred_at: datetime) -> None:
    """Somebody is in on other terms."""
    participant = _who_is_in(event.conference_id, event.leg_id)
    if participant is None or _was_told(participant, EventKind.PARTICIPANT_MODIFY, occurred_at):
        return
    participant.end_on_exit = event.end_on_exit
    participant.coaching = event.coached is not None
    participant.call_sid_to_coach = event.coached or ""
    participant.save(update_fields=["end_on_exit", "coaching", "call_sid_to_coach", "updated_at"])
    kind = EventKind.PARTICIPANT_MODIFY
    timeline.append(participant.conference, kind, occurred_at, call=participant.call)


def wait_changed(event: WaitChanged, occurred_at: datetime) -> None:
    """Somebody who waits hears something else."""
    participant = _who_is_in(event.conference_id, event.leg_id)
    if participant is not None:
        _append_once(participant, EventKind.PARTICIPANT_MODIFY, occurred_at)


def leg_speaking(event: LegSpeaking, occurred_at: datetime) -> None:
    """Somebody begins or ceases to speak."""
    participant = _who_is_in(event.conference_id, event.leg_id)
    if participant is not None:
        start, stop = EventKind.PARTICIPANT_SPEECH_START, EventKind.PARTICIPANT_SPEECH_STOP
        kind = start if event.speaking else stop
        _append_once(participant, kind, occurred_at, active_speaker=event.active)


def audibility_changed(event: AudibilityChanged, occurred_at: datetime) -> None:
    """Somebody is heard, or hears, otherwise."""
    participant = _who_is_in(event.conference_id, event.leg_id)
    if participant is None:
        return
    now = event.audibility
    participant.deaf, participant.volume = now.deaf, now.volume
    participant.auto_gain_control, participant.noise_suppression = now.levelled, now.denoised
    columns = ["deaf", "volume", "auto_gain_control", "noise_suppression", "updated_at"]
    participant.save(update_fields=columns)
    note_audibility(participant.conference, participant.call, event.audibility, occurred_at)


def note_audibility(
    conference: Conference, call: Call, audibility: Audibility, occurred_at: datetime
) -> None:
    """Keep how somebody is heard, and hears, from a moment on."""
    AudibilityChange.objects.update_or_create(
        conference=conference,
        call=call,
        occurred_at=occurred_at,
        defaults={
            "muted": audibility.muted,
            "hold": audibility.held,
            "deaf": audibility.deaf,
            "volume": audibility.volume,
            "auto_gain_control": audibility.levelled,
            "noise_suppression": audibility.denoised,
            "call_sid_to_coach": audibility.coached or "",
            "volumes": dict(audibility.volumes),
        },
    )


def announcement_ended(event: AnnouncementEnded, occurred_at: datetime) -> None:
    """An announcement was heard to its end."""
    _announcement(event, EventKind.ANNOUNCEMENT_END, occurred_at)


def announcement_failed(event: AnnouncementFailed, occurred_at: datetime) -> None:
    """An announcement was not heard, or not to its end."""
    _announcement(event, EventKind.ANNOUNCEMENT_FAIL, occurred_at, reason=event.reason)


def recording_paused(event: RecordingPaused, occurred_at: datetime) -> None:
    """A recording does not hear, or hears again; the moment is not kept."""
    running = Recording.objects.filter(sid=event.recording_id)
    running.update(paused=event.paused, updated_at=occurred_at)


def recording_refused(event: RecordingRefused, _occurred_at: datetime) -> None:
    """A recording that was asked for has not begun: nothing was heard."""
    recording = Recording.objects.filter(sid=event.recording_id).first()
    if recording is not None:
        recordings.call_off(recording=recording)


def _announcement(
    event: AnnouncementEnded | AnnouncementFailed,
    kind: EventKind,
    occurred_at: datetime,
    **details: str,
) -> None:
    conference = timeline.locked_conference(event.conference_id)
    if conference is None:
        return
    # Whom it was for is told of only while they are in.
    stays = conference.participants.filter(call__sid=event.leg_id, left_at__isnull=True)
    participant = stays.select_related("call").first()
    wish = SoundWish.from_json(event.context)
    said = {"announce_text": wish.text} if wish.text else {"announce_url": wish.url or ""}
    same = conference.events.filter(kind=kind, occurred_at=occurred_at)
    if not same.filter(**{f"details__{name}": value for name, value in said.items()}).exists():
        call = participant.call if participant is not None else None
        timeline.append(conference, kind, occurred_at, call=call, **said, **details)


def _who_is_in(conference_sid: str, call_sid: str) -> Participant | None:
    """Give somebody's row, its conference locked; None when they have left in the books."""
    conference = timeline.locked_conference(conference_sid)
    if conference is None:
        return None
    stays = conference.participants.filter(call__sid=call_sid, left_at__isnull=True)
    participant = stays.select_related("call").first()
    if participant is not None:
        # The caller's own object holds the lock.
        participant.conference = conference
    return participant


def _told_of(participant: Participant) -> QuerySet[ConferenceEvent]:
    return participant.conference.events.filter(call=participant.call)


def _was_told(participant: Participant, kind: EventKind, occurred_at: datetime) -> bool:
    return _told_of(participant).filter(kind=kind, occurred_at=occurred_at).exists()


def _append_once(
    participant: Participant, kind: EventKind, occurred_at: datetime, **details: Any
) -> None:
    if not _was_told(participant, kind, occurred_at):
        conference, call = participant.conference, participant.call
        timeline.append(conference, kind, occurred_at, call=call, **details)
