"""Engine events → rows, for what is changed in a live meeting; a part of `event_log`.

Each runs in event_log's transaction, and twice for one event without another effect.
"""

from datetime import datetime
from typing import Any

from conference_app.models import (
    AudibilityChange,
    EventKind,
    Participant,
    Recording,
)
from conference_app.services import recordings
from conference_app.services.ledger import Ledger
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


def leg_held(event: LegHeld, occurred_at: datetime, ledger: Ledger) -> None:
    """The hold of somebody begins or ends; told once, whatever it hears meanwhile."""
    participant = _who_is_in(ledger, event.conference_id, event.leg_id)
    if participant is None:
        return
    states = (EventKind.PARTICIPANT_HOLD, EventKind.PARTICIPANT_UNHOLD)
    kind = states[0] if event.held else states[1]
    told = ledger.told(participant.conference).filter(call=participant.call, kind__in=states)
    told = told.filter(occurred_at__gte=participant.joined_at)
    last = told.order_by("-sequence_number").first()
    if (last is not None and last.kind == EventKind.PARTICIPANT_HOLD) == event.held:
        return
    if _was_told(ledger, participant, kind, occurred_at):
        return
    participant.hold = event.held
    participant.save(update_fields=["hold", "updated_at"])
    ledger.append(participant.conference, kind, occurred_at, stay=participant)


def conference_locked(event: ConferenceLocked, occurred_at: datetime, ledger: Ledger) -> None:
    """Newcomers are turned away, or come in again; told once."""
    conference = ledger.conference(event.conference_id)
    if conference is None or conference.is_over:
        return
    states = (EventKind.CONFERENCE_LOCK, EventKind.CONFERENCE_UNLOCK)
    kind = states[0] if event.locked else states[1]
    told = ledger.told(conference).filter(kind__in=states)
    last = told.order_by("-sequence_number").first()
    if (last is not None and last.kind == EventKind.CONFERENCE_LOCK) == event.locked:
        return
    if told.filter(kind=kind, occurred_at=occurred_at).exists():
        return
    conference.locked = event.locked
    conference.save(update_fields=["locked", "updated_at"])
    ledger.append(conference, kind, occurred_at)


def leg_modified(event: LegModified, occurred_at: datetime, ledger: Ledger) -> None:
    """Somebody is in on other terms."""
    participant = _who_is_in(ledger, event.conference_id, event.leg_id)
    kind = EventKind.PARTICIPANT_MODIFY
    if participant is None or _was_told(ledger, participant, kind, occurred_at):
        return
    participant.end_on_exit = event.end_on_exit
    participant.coaching = event.coached is not None
    participant.call_sid_to_coach = event.coached or ""
    participant.save(update_fields=["end_on_exit", "coaching", "call_sid_to_coach", "updated_at"])
    ledger.append(participant.conference, kind, occurred_at, stay=participant)


def wait_changed(event: WaitChanged, occurred_at: datetime, ledger: Ledger) -> None:
    """Somebody who waits hears something else."""
    participant = _who_is_in(ledger, event.conference_id, event.leg_id)
    if participant is not None:
        _append_once(ledger, participant, EventKind.PARTICIPANT_MODIFY, occurred_at)


def leg_speaking(event: LegSpeaking, occurred_at: datetime, ledger: Ledger) -> None:
    """Somebody begins or ceases to speak."""
    participant = _who_is_in(ledger, event.conference_id, event.leg_id)
    if participant is not None:
        start, stop = EventKind.PARTICIPANT_SPEECH_START, EventKind.PARTICIPANT_SPEECH_STOP
        kind = start if event.speaking else stop
        details = {"active_speaker": event.active}
        _append_once(ledger, participant, kind, occurred_at, details)


def audibility_changed(event: AudibilityChanged, occurred_at: datetime, ledger: Ledger) -> None:
    """Somebody is heard, or hears, otherwise."""
    participant = _who_is_in(ledger, event.conference_id, event.leg_id)
    if participant is None:
        return
    now = event.audibility
    participant.deaf, participant.volume = now.deaf, now.volume
    participant.auto_gain_control, participant.noise_suppression = now.levelled, now.denoised
    columns = ["deaf", "volume", "auto_gain_control", "noise_suppression", "updated_at"]
    participant.save(update_fields=columns)
    note_audibility(ledger, participant, event.audibility, occurred_at)


def note_audibility(
    ledger: Ledger, participant: Participant, audibility: Audibility, occurred_at: datetime
) -> None:
    """Keep how somebody is heard, and hears, from a moment on."""
    change = AudibilityChange(
        conference=participant.conference,
        call=participant.call,
        occurred_at=occurred_at,
        muted=audibility.muted,
        hold=audibility.held,
        deaf=audibility.deaf,
        volume=audibility.volume,
        auto_gain_control=audibility.levelled,
        noise_suppression=audibility.denoised,
        call_sid_to_coach=audibility.coached or "",
        volumes=dict(audibility.volumes),
    )
    ledger.note(change)


def announcement_ended(event: AnnouncementEnded, occurred_at: datetime, ledger: Ledger) -> None:
    """An announcement was heard to its end."""
    _announcement(ledger, event, EventKind.ANNOUNCEMENT_END, occurred_at)


def announcement_failed(event: AnnouncementFailed, occurred_at: datetime, ledger: Ledger) -> None:
    """An announcement was not heard, or not to its end."""
    kind = EventKind.ANNOUNCEMENT_FAIL
    _announcement(ledger, event, kind, occurred_at, reason=event.reason)


def recording_paused(event: RecordingPaused, occurred_at: datetime, _: Ledger) -> None:
    """A recording does not hear, or hears again; the moment is not kept."""
    running = Recording.objects.filter(sid=event.recording_id)
    running.update(paused=event.paused, updated_at=occurred_at)


def recording_refused(event: RecordingRefused, _occurred_at: datetime, _: Ledger) -> None:
    """A recording that was asked for has not begun: nothing was heard."""
    recording = Recording.objects.filter(sid=event.recording_id).first()
    if recording is not None:
        recordings.call_off(recording=recording)


def _announcement(
    ledger: Ledger,
    event: AnnouncementEnded | AnnouncementFailed,
    kind: EventKind,
    occurred_at: datetime,
    **details: str,
) -> None:
    conference = ledger.conference(event.conference_id)
    if conference is None:
        return
    # Whom it was for is told of only while they are in.
    participant = ledger.present_stay(conference, event.leg_id)
    wish = SoundWish.from_json(event.context)
    said = {"announce_text": wish.text} if wish.text else {"announce_url": wish.url or ""}
    same = ledger.told(conference).filter(kind=kind, occurred_at=occurred_at)
    if not same.filter(**{f"details__{name}": value for name, value in said.items()}).exists():
        ledger.append(conference, kind, occurred_at, stay=participant, details={**said, **details})


def _who_is_in(ledger: Ledger, conference_sid: str, call_sid: str) -> Participant | None:
    """Give somebody's row, its conference locked; None when they have left in the books."""
    conference = ledger.conference(conference_sid)
    return ledger.present_stay(conference, call_sid) if conference is not None else None


def _was_told(
    ledger: Ledger, participant: Participant, kind: EventKind, occurred_at: datetime
) -> bool:
    told = ledger.told(participant.conference)
    return told.filter(call=participant.call, kind=kind, occurred_at=occurred_at).exists()


def _append_once(
    ledger: Ledger,
    participant: Participant,
    kind: EventKind,
    occurred_at: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    if not _was_told(ledger, participant, kind, occurred_at):
        conference = participant.conference
        ledger.append(conference, kind, occurred_at, stay=participant, details=details)
