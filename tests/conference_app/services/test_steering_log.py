"""What is changed in a live meeting becomes rows: each fact once, however often it comes."""

from datetime import timedelta

import pytest

from conference_app.models import (
    Account,
    AudibilityChange,
    Call,
    Conference,
    Participant,
    Recording,
    RecordingStatus,
    WebhookDelivery,
)
from conference_app.services import event_log, recordings
from conference_app.services.sound_wish import SoundWish
from media_engine.events import (
    AnnouncementEnded,
    AnnouncementFailed,
    Audibility,
    AudibilityChanged,
    ConferenceLocked,
    Event,
    JoinRefused,
    LegHeld,
    LegJoined,
    LegModified,
    LegSpeaking,
    RecordingPaused,
    RecordingRefused,
    RefusalReason,
    RoomKey,
    WaitChanged,
)
from tests.builders import NOON, build_call, build_conference

URL = "https://example.org/notice.wav"
CONTEXT = SoundWish(URL).to_json()


@pytest.fixture
def conference(alice: Account) -> Conference:
    words = ["hold", "modify", "speaker", "announcement"]
    return build_conference(
        alice, status_callback="https://example.org/told", status_callback_events=words
    )


@pytest.fixture
def call(alice: Account, conference: Conference) -> Call:
    """One who has joined."""
    call = build_call(alice)
    tell(LegJoined(conference.sid, call.sid, False, True, False, '{"label": "guest"}'))
    Conference.objects.update(
        status_callback="https://example.org/told",
        status_callback_events=["hold", "modify", "speaker", "announcement"],
    )
    return call


def tell(*events: Event) -> None:
    """Each event twice, a second after the one before; the first at noon."""
    for seconds, event in enumerate(events):
        for _ in range(2):
            event_log.record([(event, NOON + timedelta(seconds=seconds))])


def told(conference: Conference) -> list[tuple[str, dict[str, object]]]:
    events = conference.events.exclude(kind="participant-join")
    return [(event.kind, event.details) for event in events]


def test_a_hold_is_told_once_and_its_end(conference: Conference, call: Call) -> None:
    Participant.objects.update(hold=True)  # what the service wrote before the engine obeyed
    on, off = (LegHeld(conference.sid, call.sid, held) for held in (True, False))
    tell(off, on, on, off, on)
    kinds = [kind for kind, _ in told(conference)]
    assert kinds == ["participant-hold", "participant-unhold", "participant-hold"]
    assert Participant.objects.get().hold
    words = [dict(delivery.params)["Hold"] for delivery in WebhookDelivery.objects.order_by("id")]
    assert words == ["true", "false", "true"]


def test_other_terms_are_a_modification(conference: Conference, call: Call) -> None:
    tell(
        LegModified(conference.sid, call.sid, False, True, "CA" + "0" * 32),
        WaitChanged(conference.sid, call.sid, CONTEXT),
    )
    assert told(conference) == [("participant-modify", {})] * 2
    participant = Participant.objects.get()
    assert (participant.end_on_exit, participant.coaching) == (True, True)
    assert participant.call_sid_to_coach == "CA" + "0" * 32
    params = dict(WebhookDelivery.objects.order_by("id")[0].params)
    assert (params["Coaching"], params["EndConferenceOnExit"]) == ("true", "true")


def test_who_speaks_is_told(conference: Conference, call: Call) -> None:
    other = "CA" + "0" * 32
    tell(
        LegSpeaking(conference.sid, call.sid, True, call.sid),
        LegSpeaking(conference.sid, call.sid, False, other),
    )
    assert told(conference) == [
        ("participant-speech-start", {"active_speaker": call.sid}),
        ("participant-speech-stop", {"active_speaker": other}),
    ]


def test_each_change_of_audibility_is_kept(conference: Conference, call: Call) -> None:
    state = Audibility(
        deaf=True, volume=0.5, coached="CA1", volumes={"CA2": 2.0}, levelled=True, denoised=True
    )
    tell(audible(conference, call, Audibility(muted=True)), audible(conference, call, state))
    changes = AudibilityChange.objects.order_by("occurred_at")
    assert [change.muted for change in changes] == [True, False]
    last = changes[1]
    assert (last.deaf, last.volume, last.call_sid_to_coach) == (True, 0.5, "CA1")
    assert last.volumes == {"CA2": 2.0}
    participant = Participant.objects.get()
    assert (participant.deaf, participant.volume) == (True, 0.5)
    for row in (last, participant):
        assert (row.auto_gain_control, row.noise_suppression) == (True, True)


def audible(conference: Conference, call: Call, state: Audibility) -> AudibilityChanged:
    return AudibilityChanged(conference.sid, call.sid, state)


def test_who_joins_as_a_coach_is_written_down_as_one(alice: Account) -> None:
    conference, call = build_conference(alice), build_call(alice)
    tell(LegJoined(conference.sid, call.sid, True, True, False, "", "CA" + "0" * 32))
    participant = Participant.objects.get()
    assert (participant.coaching, participant.call_sid_to_coach) == (True, "CA" + "0" * 32)
    change = AudibilityChange.objects.get()
    assert (change.muted, change.call_sid_to_coach) == (True, "CA" + "0" * 32)


def test_announcements_are_told_with_their_url(conference: Conference, call: Call) -> None:
    tell(
        AnnouncementEnded(conference.sid, None, CONTEXT),
        AnnouncementEnded(conference.sid, call.sid, CONTEXT),
        AnnouncementFailed(conference.sid, "CA" + "0" * 32, CONTEXT, "11200: not there"),
    )
    assert told(conference) == [
        ("announcement-end", {"announce_url": URL}),
        ("announcement-end", {"announce_url": URL}),
        ("announcement-fail", {"announce_url": URL, "reason": "11200: not there"}),
    ]
    params = [dict(delivery.params) for delivery in WebhookDelivery.objects.order_by("id")]
    assert [one.get("CallSid") for one in params] == [None, call.sid, None]
    assert params[2]["ReasonAnnouncementFailed"] == "11200: not there"
    assert {one["AnnounceUrl"] for one in params} == {URL}


def test_a_recording_is_paused_and_goes_on(conference: Conference) -> None:
    recording = recordings.begin(conference=conference, sid="RE" + "0" * 32, started_at=NOON)
    for paused in (True, False):
        tell(RecordingPaused(conference.sid, recording.sid, paused))
        recording.refresh_from_db()
        assert recording.paused is paused


def test_a_recording_that_has_not_begun_is_absent(conference: Conference) -> None:
    recording = recordings.begin(conference=conference, sid="RE" + "0" * 32, started_at=NOON)
    tell(RecordingRefused(conference.sid, recording.sid), RecordingRefused(conference.sid, "RE1"))
    assert Recording.objects.get().status == RecordingStatus.ABSENT


def test_what_comes_after_the_leaving_changes_nothing(conference: Conference, call: Call) -> None:
    Participant.objects.update(left_at=NOON)
    tell(
        LegHeld(conference.sid, call.sid, True),
        LegModified(conference.sid, call.sid, False, True, None),
        LegSpeaking(conference.sid, call.sid, True, call.sid),
        AudibilityChanged(conference.sid, call.sid, Audibility(deaf=True)),
    )
    assert told(conference) == []
    participant = Participant.objects.get()
    assert (participant.hold, participant.end_on_exit, participant.deaf) == (False, False, False)


@pytest.mark.parametrize(
    ("reason", "code"),
    [(RefusalReason.LABEL_IN_USE, 16025), (RefusalReason.COACHED_IS_NOT_IN, 13240)],
)
def test_who_is_turned_away_has_it_in_twilios_numbers(
    alice: Account, reason: RefusalReason, code: int
) -> None:
    call = build_call(alice)
    tell(JoinRefused(call.sid, RoomKey(alice.sid, "lobby"), reason))
    call.refresh_from_db()
    assert call.error_code == code


def test_a_lock_is_told_once_by_the_timeline_alone(conference: Conference) -> None:
    Conference.objects.update(locked=True)  # what the service wrote before the engine obeyed
    on, off = (ConferenceLocked(conference.sid, locked) for locked in (True, False))
    tell(off, on, on, off, on)
    kinds = [kind for kind, _ in told(conference)]
    assert kinds == ["conference-lock", "conference-unlock", "conference-lock"]
    assert Conference.objects.get().locked
    assert not WebhookDelivery.objects.exists()


def test_an_announcement_of_a_text_says_which(conference: Conference) -> None:
    context = SoundWish(text="Five minutes left.").to_json()
    tell(AnnouncementEnded(conference.sid, None, context))
    assert told(conference) == [("announcement-end", {"announce_text": "Five minutes left."})]
