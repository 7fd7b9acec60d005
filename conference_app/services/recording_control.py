"""What can be asked of the recording of a live meeting or call: to start, pause, go on and stop."""

from typing import Final

from django.db import transaction
from django.utils import timezone

from conference_app import engine, sids
from conference_app.models import (
    DRAWN,
    Call,
    CallStatus,
    Conference,
    ConferenceStatus,
    Recording,
    RecordingStatus,
)
from conference_app.services import recordings
from conference_app.services.errors import CallIsNotInProgress, ConferenceIsOver, Refused
from conference_app.services.recording_wish import RecordingWish
from media_engine.commands import (
    Command,
    LegRecordingTerms,
    PauseLegRecording,
    PauseRecording,
    ResumeLegRecording,
    ResumeRecording,
    StartLegRecording,
    StartRecording,
    StopLegRecording,
    StopRecording,
)

NOT_BRIDGED: Final = 16001
WRONG_STATE: Final = 21220


@transaction.atomic
def start(*, conference: Conference) -> Recording:
    """Record a meeting from now on. Raises ConferenceIsOver, Refused; after the commit NotRunning,
    EngineFull.
    """
    fresh = Conference.objects.select_for_update().get(pk=conference.pk)
    if fresh.is_over:
        raise ConferenceIsOver(f"{fresh.sid} has already completed")
    if fresh.status != ConferenceStatus.IN_PROGRESS:
        raise Refused(NOT_BRIDGED, f"{fresh.sid} has not started")
    if fresh.recordings.filter(status=RecordingStatus.IN_PROGRESS).exists():
        raise Refused(WRONG_STATE, f"{fresh.sid} is being recorded")
    recording = recordings.begin(
        conference=fresh,
        sid=sids.new("RE"),
        started_at=timezone.now(),
        source="StartConferenceRecordingAPI",
    )
    _post_on_commit(StartRecording(fresh.sid, recording.sid))
    return recording


def running(conference: Conference) -> Recording:
    """Give the recording of a meeting that is being made. Raises Refused: there is none."""
    rows = conference.recordings.filter(status=RecordingStatus.IN_PROGRESS).defer("peaks")
    recording = rows.order_by("-id").first()
    if recording is None:
        raise Refused(WRONG_STATE, f"{conference.sid} is not being recorded")
    return recording


@transaction.atomic
def start_of_call(*, call: Call, wish: RecordingWish) -> Recording:
    """Record a call from now on, wherever it is, beside what its <Dial> records. Raises
    CallIsNotInProgress, Refused; after the commit NotRunning, EngineFull.
    """
    fresh = Call.objects.select_for_update(of=("self",)).select_related("account").get(pk=call.pk)
    if fresh.status != CallStatus.IN_PROGRESS:
        raise CallIsNotInProgress(f"{fresh.sid} is {fresh.status}, not in progress")
    source = recordings.ASKED_FOR_OF_A_CALL
    if fresh.recordings.filter(status=RecordingStatus.IN_PROGRESS, source=source).exists():
        raise Refused(WRONG_STATE, f"{fresh.sid} is being recorded")
    recording = recordings.begin_of_call(
        call=fresh, sid=sids.new("RE"), started_at=timezone.now(), wish=wish, source=source
    )
    terms = LegRecordingTerms(recording.sid, wish.sides, context=wish.to_json())
    _post_on_commit(StartLegRecording(fresh.sid, terms))
    return recording


@transaction.atomic
def pause(*, recording: Recording, skip: bool) -> Recording:
    """Let it hear nothing; `skip`: the file leaves the time out, else it is silent. Raises what
    start raises.
    """
    recording = _running(recording)
    recording.paused = True
    recording.save(update_fields=["paused", "updated_at"])
    kind = PauseLegRecording if recording.call else PauseRecording
    _post_on_commit(kind(recording.about.sid, recording.sid, skip))
    return recording


@transaction.atomic
def resume(*, recording: Recording) -> Recording:
    """Let it hear again. Raises what start raises."""
    recording = _running(recording)
    recording.paused = False
    recording.save(update_fields=["paused", "updated_at"])
    kind = ResumeLegRecording if recording.call else ResumeRecording
    _post_on_commit(kind(recording.about.sid, recording.sid))
    return recording


@transaction.atomic
def stop(*, recording: Recording) -> Recording:
    """End it; the row follows when its file is closed. Raises what start raises."""
    recording = _running(recording)
    kind = StopLegRecording if recording.call else StopRecording
    _post_on_commit(kind(recording.about.sid, recording.sid))
    return recording


def _running(recording: Recording) -> Recording:
    rows = Recording.objects.select_for_update(of=("self",))
    rows = rows.select_related("account", "conference", "call")
    fresh = rows.defer(*DRAWN).get(pk=recording.pk)
    if fresh.status != RecordingStatus.IN_PROGRESS:
        raise Refused(WRONG_STATE, f"{fresh.sid} is {fresh.status}, not in progress")
    return fresh


def _post_on_commit(command: Command) -> None:
    transaction.on_commit(lambda: engine.post(command))
