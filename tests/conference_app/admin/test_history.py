"""The page of a meeting that is over: who was in when, what was told, what went wrong."""

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from conference_app.admin import history
from conference_app.admin.presence import Row, Span, at_once, rows_of
from conference_app.models import (
    Account,
    Call,
    Conference,
    ConferenceEvent,
    ConferenceStatus,
    DeliveryStatus,
    EventKind,
    Participant,
    Recording,
)
from media_engine.speech_notes import Speech
from tests.builders import (
    NOON,
    build_alert,
    build_call,
    build_conference,
    build_delivery,
    build_operator,
    build_participant,
    build_recording,
    logged_in,
)

pytestmark = pytest.mark.django_db


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def meeting(alice: Account) -> Conference:
    """A meeting of 100 minutes, so that per cent are minutes."""
    meeting = build_conference(alice, status=ConferenceStatus.COMPLETED, ended_at=at(100))
    Conference.objects.update(created_at=NOON)
    meeting.refresh_from_db()
    return meeting


def stay(meeting: Conference, call: Call, start: float, end: float) -> None:
    build_participant(
        meeting, call=call, joined_at=at(start), left_at=at(end), reason_left="hung-up"
    )


def happen(
    meeting: Conference, kind: EventKind, call: Call, minutes: float, **details: Any
) -> None:
    ConferenceEvent.objects.create(
        conference=meeting,
        sequence_number=meeting.events.count() + 1,
        kind=kind,
        call=call,
        occurred_at=at(minutes),
        details=details,
    )


def _rows(meeting: Conference) -> list[Row]:
    stays = meeting.participants.order_by("joined_at")
    assert meeting.ended_at is not None
    return rows_of(meeting, stays, meeting.events.all(), meeting.ended_at)


def _bars(row: Row) -> list[tuple[str, float, float]]:
    return [(bar.kind, bar.left, bar.width) for bar in row.bars]


def test_each_call_has_one_row_with_all_its_stays(meeting: Conference) -> None:
    first, second = build_call(meeting.account), build_call(meeting.account)
    stay(meeting, first, 0, 40)
    stay(meeting, second, 10, 100)
    stay(meeting, first, 50, 60)
    one, other = _rows(meeting)
    assert _bars(one) == [("in", 0, 40), ("in", 50, 10)]
    assert one.seconds_in == "0:50:00"
    assert _bars(other) == [("in", 10, 90)]


def test_what_lasted_is_drawn_from_its_beginning_to_its_end(meeting: Conference) -> None:
    call = build_call(meeting.account)
    stay(meeting, call, 0, 90)
    happen(meeting, EventKind.PARTICIPANT_JOIN, call, 0, muted=True)
    happen(meeting, EventKind.PARTICIPANT_UNMUTE, call, 20)
    happen(meeting, EventKind.PARTICIPANT_SPEECH_START, call, 30)
    happen(meeting, EventKind.PARTICIPANT_SPEECH_STOP, call, 35)
    happen(meeting, EventKind.PARTICIPANT_HOLD, call, 40)
    happen(meeting, EventKind.PARTICIPANT_LEAVE, call, 90)
    (row,) = _rows(meeting)
    assert _bars(row) == [("in", 0, 90), ("muted", 0, 20), ("speech", 30, 5), ("hold", 40, 50)]
    assert row.seconds_spoken == "0:05:00"


def test_what_nobody_ended_lasts_to_the_end(meeting: Conference) -> None:
    call = build_call(meeting.account)
    stay(meeting, call, 0, 100)
    happen(meeting, EventKind.PARTICIPANT_MUTE, call, 30)
    happen(meeting, EventKind.PARTICIPANT_MUTE, call, 50)
    assert _bars(_rows(meeting)[0]) == [("in", 0, 100), ("muted", 30, 70)]


# --- who spoke, and how long ---------------------------------------------------------------------


def build_spoken(
    meeting: Conference, start: float, spans: dict[Call, list[tuple[float, float]]], **about: Any
) -> Recording:
    """A recording whose spans are minutes of its file."""
    minute = 60_000
    in_ms = {
        call.sid: [(round(a * minute), round(b * minute)) for a, b in each]
        for call, each in spans.items()
    }
    left_out = [(round(a * minute), round(b * minute)) for a, b in about.pop("left_out", [])]
    speech = Speech(in_ms, left_out).to_json()
    recording = build_recording(meeting, b"", speech=speech, **about)
    Recording.objects.filter(pk=recording.pk).update(started_at=at(start))
    return recording


def test_recordings_tell_who_spoke_in_the_time_of_the_meeting(
    admin_client: Client, meeting: Conference, media_root: Path
) -> None:
    first, second = build_call(meeting.account, "one"), build_call(meeting.account, "two")
    stay(meeting, first, 0, 100)
    stay(meeting, second, 0, 100)
    # Ten minutes later, two trimmed off, and five left out after eight.
    spoken = {first: [(0.0, 10.0)], second: [(6.0, 9.0)]}
    build_spoken(meeting, 10, spoken, trimmed_start_ms=120_000, left_out=[(8, 5)])
    build_spoken(meeting, 50, {second: [(0, 20)]})
    build_recording(meeting, b"")
    page = _page(admin_client, meeting)
    for left, width in ((12, 8), (25, 2), (18, 2), (25, 1), (50, 20)):
        assert f'<rect class="bar-speech" x="{left}.0" width="{width}.0"' in page
    for left, width in ((18, 2), (25, 1)):
        assert f'<rect class="bar-overlap" x="{left}.0" width="{width}.0"' in page
    assert page.count('class="bar-speech"') == 5
    assert page.count('class="bar-overlap"') == 2
    assert "1:40:00 · spoke 0:10:00" in page
    assert "1:40:00 · spoke 0:23:00" in page
    assert "<dd>0:30:00</dd>" in page
    assert '<dd>0:03:00 <span class="quiet-figure">10 % of the talk</span></dd>' in page
    assert "as far as the meeting was recorded" in page


def test_what_was_told_as_it_happened_counts_before_recordings(
    admin_client: Client, meeting: Conference, media_root: Path
) -> None:
    call = build_call(meeting.account)
    stay(meeting, call, 0, 100)
    happen(meeting, EventKind.PARTICIPANT_SPEECH_START, call, 30)
    happen(meeting, EventKind.PARTICIPANT_SPEECH_STOP, call, 35)
    build_spoken(meeting, 50, {call: [(0, 20)]})
    page = _page(admin_client, meeting)
    assert page.count('class="bar-speech"') == 1
    assert "spoke 0:05:00" in page
    assert '<dd>0:00:00 <span class="quiet-figure">0 % of the talk</span></dd>' in page
    assert "as it was told while it happened" in page


def test_where_nobody_noted_it_the_page_says_so(admin_client: Client, meeting: Conference) -> None:
    stay(meeting, build_call(meeting.account), 0, 100)
    page = _page(admin_client, meeting)
    assert "It is not known who spoke" in page
    assert "spoke 0" not in page


def test_at_once_is_when_two_or_more_speak(meeting: Conference) -> None:
    chance = random.Random(1)
    for _ in range(100):
        rows = []
        for _ in range(chance.randrange(4)):
            turns = sorted(chance.sample(range(30), 2 * chance.randrange(4)))
            pairs = zip(turns[::2], turns[1::2], strict=True)
            rows.append(Row(Participant(), [Span("speech", at(a), at(b)) for a, b in pairs]))
        spans = at_once(rows)
        for minute in range(30):
            middle = at(minute + 0.5)
            speaking = sum(_is_in(row.speech, middle) for row in rows)
            assert _is_in(spans, middle) == (speaking >= 2)


def _is_in(spans: list[Span], moment: datetime) -> bool:
    return any(span.start <= moment < span.end for span in spans)


def _page(client: Client, conference: Conference) -> str:
    url = reverse("admin:conference_app_conference_change", args=[conference.pk])
    return client.get(url).content.decode()


def test_the_page_draws_it_and_shows_names_as_text(
    admin_client: Client, meeting: Conference
) -> None:
    stay(meeting, build_call(meeting.account, "<b>Mallory</b>"), 10, 60)
    page = _page(admin_client, meeting)
    assert '<rect class="bar-in" x="10.0" width="50.0"' in page
    assert "&lt;b&gt;Mallory&lt;/b&gt;</a>" in page
    assert "<b>" not in page
    assert "data-live" not in page


def test_the_page_shows_what_was_told_and_what_went_wrong(
    admin_client: Client, meeting: Conference
) -> None:
    url = "https://example.org/told?key=secret"
    build_delivery(meeting, url, status=DeliveryStatus.DEAD, last_error="it answered 503")
    call = build_call(meeting.account, "+15550123")
    stay(meeting, call, 0, 1)
    alert = build_alert(meeting.account, "Something of the call.")
    alert.call = call
    alert.save()
    build_alert(meeting.account, "Something else.")
    page = _page(admin_client, meeting)
    assert "it answered 503" in page
    assert "secret" not in page
    assert "Something of the call." in page
    assert "Something else." not in page


def test_a_long_list_of_webhooks_leads_to_all_of_them(
    admin_client: Client, meeting: Conference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST_ROWS", 3)
    for _ in range(2):
        build_delivery(meeting)
    assert "These are the first" not in _page(admin_client, meeting)
    for _ in range(2):
        build_delivery(meeting)
    page = _page(admin_client, meeting)
    assert "These are the first 3." in page
    url = f"{reverse('admin:conference_app_webhookdelivery_changelist')}?q={meeting.sid}"
    assert f'href="{url}"' in page
    assert len(admin_client.get(url).context["cl"].result_list) == 4


@pytest.mark.django_db(transaction=True)
def test_a_webhook_is_sent_again_from_the_page(admin_client: Client, meeting: Conference) -> None:
    dead = build_delivery(meeting, status=DeliveryStatus.DEAD, attempts=10)
    elsewhere = build_delivery(
        build_conference(meeting.account, "elsewhere"), status=DeliveryStatus.DEAD
    )
    url = reverse("admin:conference_app_conference_replay", args=[meeting.pk])
    answer = admin_client.post(url, {"delivery": dead.pk}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "Webhooks to be sent again: 1."
    ]
    admin_client.post(url, {"delivery": elsewhere.pk})
    admin_client.post(url, {"delivery": "x"})
    dead.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (dead.status, elsewhere.status) == (DeliveryStatus.WAITING, DeliveryStatus.DEAD)


def test_it_is_shown_and_done_by_right(meeting: Conference) -> None:
    dead = build_delivery(meeting, status=DeliveryStatus.DEAD, last_error="it answered 503")
    user = build_operator(meeting.account, rights=["view_conference"])
    client = logged_in(user)
    assert "it answered 503" not in _page(client, meeting)
    url = reverse("admin:conference_app_conference_replay", args=[meeting.pk])
    assert client.post(url, {"delivery": dead.pk}).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_webhookdelivery"))
    page = _page(client, meeting)
    assert "it answered 503" in page
    assert "Send again" not in page


def test_many_people_need_no_more_queries(
    admin_client: Client,
    meeting: Conference,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(12):
        call = build_call(meeting.account)
        stay(meeting, call, 0, 50)
        happen(meeting, EventKind.PARTICIPANT_JOIN, call, 0)
        build_delivery(meeting)
    with django_assert_max_num_queries(16):
        _page(admin_client, meeting)
