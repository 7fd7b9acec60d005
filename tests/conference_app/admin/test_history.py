"""The page of a meeting that is over: who was in when, what was told, what went wrong."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from conference_app.admin.presence import Row, rows_of
from conference_app.models import (
    Account,
    Call,
    Conference,
    ConferenceEvent,
    ConferenceStatus,
    DeliveryStatus,
    EventKind,
)
from tests.builders import (
    NOON,
    build_alert,
    build_call,
    build_conference,
    build_delivery,
    build_participant,
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
    user = User.objects.create_user("operator", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_conference"))
    client = Client()
    client.force_login(user)
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
