import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from conference_app.models import (
    Account,
    Call,
    ConferenceEvent,
    EventKind,
    Recording,
    RecordingStatus,
)
from conference_app.services.call_orders import EndCall, LimitCall, NewDocument, read_order
from media_engine.commands import Command, Interrupt
from tests.builders import (
    NOON,
    build_call,
    build_conference,
    build_event,
    build_participant,
    build_recording,
)
from tests.conference_app.api.requests import error_of, path_of, post_form
from tests.conference_app.api.shapes import RFC_2822

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def _path(call: Call) -> str:
    return path_of(call.account, f"/Calls/{call.sid}.json")


def _orders(posted: list[Command]) -> list[Any]:
    """What calls were ordered; on_commit needs a transaction that ends."""
    orders = []
    for command in posted:
        assert isinstance(command, Interrupt)
        orders.append((command.leg_id, read_order(command.context)))
    return orders


def test_a_call_is_told_in_twilios_shape(alice: Account, alices: Client) -> None:
    ended_at = NOON + timedelta(seconds=90.4)
    call = build_call(alice, "+15550100", status="completed", ended_at=ended_at)
    told = alices.get(_path(call)).json()
    assert (told["sid"], told["from"], told["to"]) == (call.sid, "+15550100", "reception")
    assert (told["status"], told["direction"]) == ("completed", "inbound")
    assert told["start_time"] == "Mon, 02 Mar 2026 12:00:00 +0000"
    assert told["end_time"] == "Mon, 02 Mar 2026 12:01:30 +0000"
    assert (told["duration"], told["price"]) == ("90", None)
    assert re.match(RFC_2822, told["date_created"])


def test_a_call_that_lasts_has_no_end(alice: Account, alices: Client) -> None:
    told = alices.get(_path(build_call(alice))).json()
    assert told["end_time"] is told["duration"] is None


@pytest.fixture
def three(alice: Account) -> list[Call]:
    """Calls of noon, of a second later, and of the next day; the first two have ended."""
    return [
        build_call(alice, "a", started_at=NOON, ended_at=NOON + DAY, status="completed"),
        build_call(
            alice,
            "b",
            started_at=NOON + 1.7 * SECOND,
            ended_at=NOON + 1.8 * SECOND,
            status="busy",
        ),
        build_call(alice, "c", started_at=NOON + DAY),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "cba"),
        ("From=a", "a"),
        ("From=", "cba"),
        ("To=reception", "cba"),
        ("To=x", ""),
        ("Status=in-progress", "c"),
        ("Status=busy&From=b", "b"),
        ("ParentCallSid=CA" + "0" * 32, ""),
        ("StartTime=2026-03-02", "ba"),
        ("StartTime=2026-03-02T12:00:01Z", "b"),
        ("StartTime=2026-03-02T00:00:00Z", "ba"),
        ("StartTime<=2026-03-02T00:00:00Z", ""),
        ("StartTime=9999-12-31T00:00:00Z", ""),
        ("StartTime=2026-03-02T13:00:01%2B01:00", "b"),
        ("StartTime=2026-03-02T12:00:01", "b"),
        ("StartTime%3C=2026-03-02", "ba"),
        ("StartTime%3E=2026-03-03", "c"),
        ("StartTime<=2026-03-02T12:00:00Z", "a"),
        ("StartTime>=2026-03-02T12:00:01Z", "cb"),
        ("StartTime>=2026-03-02T12:00:01Z&StartTime<=2026-03-02T12:00:01Z", "b"),
        ("StartTime>=2026-03-04", ""),
        ("EndTime=2026-03-02", "b"),
        ("EndTime>=2026-03-03", "a"),
        ("EndTime<=2026-03-03", "ba"),
    ],
)
def test_calls_are_filtered(
    alice: Account, alices: Client, three: list[Call], query: str, found: str
) -> None:
    told = alices.get(path_of(alice, f"/Calls.json?{query}")).json()
    assert "".join(row["from"] for row in told["calls"]) == found


@pytest.mark.parametrize(
    "query",
    [
        "Status=gone",
        "ParentCallSid=CA1",
        "StartTime=yesterday",
        "StartTime=2026-02-30",
        "StartTime=2026-02-30T12:00:00Z",
        "StartTime=9999-12-31",
        "StartTime<=9999-12-31T23:59:59-12:00",
        "EndTime>=0001-01-01T00:00:00%2B12:00",
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(
    alice: Account, alices: Client, three: list[Call], query: str
) -> None:
    assert error_of(alices.get(path_of(alice, f"/Calls.json?{query}"))) == (400, 20001)


@pytest.mark.parametrize(("query", "code"), [("From=%00", 21212), ("To=" + "x" * 256, 21211)])
def test_a_filter_that_can_be_nobodys_name_is_refused(
    alice: Account, alices: Client, three: list[Call], query: str, code: int
) -> None:
    assert error_of(alices.get(path_of(alice, f"/Calls.json?{query}"))) == (400, code)


def test_anothers_calls_do_not_exist(alice: Account, bob: Account, bobs: Client) -> None:
    call = build_call(alice)
    path = path_of(bob, f"/Calls/{call.sid}.json")
    for response in (bobs.get(path), bobs.delete(path), post_form(bobs, path, Status="completed")):
        assert error_of(response) == (404, 20404)
    assert bobs.get(path_of(bob, "/Calls.json")).json()["calls"] == []


@pytest.mark.django_db(transaction=True)
def test_a_call_is_sent_to_a_new_document(
    alice: Account, alices: Client, posted: list[Command]
) -> None:
    call = build_call(alice)
    first = post_form(
        alices,
        _path(call),
        Url="https://example.org/new",
        Method="GET",
        FallbackUrl="/twiml/EH1",
        Twiml="<Response/>",
    )
    second = post_form(alices, _path(call), Twiml="<Response><Hangup/></Response>")
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json()["status"] == "in-progress"
    assert _orders(posted) == [
        (call.sid, NewDocument("https://example.org/new", "GET", "/twiml/EH1")),
        (call.sid, NewDocument(twiml="<Response><Hangup/></Response>")),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_call_is_limited_and_sent_on_at_once(
    alice: Account, alices: Client, posted: list[Command]
) -> None:
    call, ringing = build_call(alice), build_call(alice, status="ringing")
    assert post_form(alices, _path(call), TimeLimit="600").status_code == 200
    assert post_form(alices, _path(call), TimeLimit="9", Twiml="<Response/>").status_code == 200
    assert error_of(post_form(alices, _path(ringing), TimeLimit="600")) == (400, 21220)
    assert _orders(posted) == [
        (call.sid, LimitCall(600)),
        (call.sid, LimitCall(9)),
        (call.sid, NewDocument(twiml="<Response/>")),
    ]


@pytest.mark.django_db(transaction=True)
def test_completed_ends_a_call_and_canceled_only_one_that_is_not_answered(
    alice: Account, alices: Client, posted: list[Command]
) -> None:
    answered, ringing = build_call(alice), build_call(alice, status="ringing")
    for call, status in ((answered, "in-progress"), (ringing, "canceled")):
        response = post_form(alices, _path(call), Status="canceled")
        assert (response.status_code, response.json()["status"]) == (200, status)
    assert post_form(alices, _path(answered), Status="completed").status_code == 200
    assert _orders(posted) == [(answered.sid, EndCall())]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Status": "in-progress"}, 20001),
        ({"Status": "completed", "Twiml": "<Response/>"}, 20001),
        ({"Url": "nonsense"}, 21205),
        ({"Url": "https://example.org/", "Method": "PUT"}, 21209),
        ({"Url": "https://example.org/", "FallbackUrl": "ftp://x"}, 21205),
        ({"Twiml": "<Response><Dial></Response>"}, 12100),
        ({"Twiml": "<Say>Hello</Say>"}, 12102),
        ({"Twiml": "x" * 4001}, 20001),
        ({"StatusCallback": "nobody"}, 21402),
        ({"TimeLimit": "0"}, 20001),
        ({"TimeLimit": "86401"}, 20001),
        ({"TimeLimit": "soon"}, 20001),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(
    alice: Account,
    alices: Client,
    posted: list[Command],
    parameters: dict[str, str],
    code: int,
) -> None:
    assert error_of(post_form(alices, _path(build_call(alice)), **parameters)) == (400, code)
    assert posted == []


@pytest.mark.parametrize(
    "parameters",
    [{"Status": "completed"}, {"Twiml": "<Response/>"}, {"StatusCallback": "https://x.org/"}],
)
def test_nothing_can_be_asked_of_a_call_that_has_ended(
    alice: Account, alices: Client, posted: list[Command], parameters: dict[str, str]
) -> None:
    call = build_call(alice, status="completed", ended_at=NOON)
    assert error_of(post_form(alices, _path(call), **parameters)) == (400, 21220)


def test_a_call_that_is_not_answered_can_not_be_redirected(
    alice: Account, alices: Client, posted: list[Command]
) -> None:
    call = build_call(alice, status="ringing")
    assert error_of(post_form(alices, _path(call), Twiml="<Response/>")) == (400, 21220)


def test_a_callback_of_the_calls_own_is_kept(alice: Account, alices: Client) -> None:
    call = build_call(alice)
    url = "https://example.org/told"
    response = post_form(alices, _path(call), StatusCallback=url, StatusCallbackMethod="GET")
    assert response.status_code == 200
    call.refresh_from_db()
    assert (call.status_callback, call.status_callback_method) == (url, "GET")


def test_a_call_is_deleted_once_it_has_ended(alice: Account, alices: Client) -> None:
    conference = build_conference(alice)
    call = build_participant(conference).call
    build_event(conference, EventKind.CONFERENCE_END, call=call)
    assert error_of(alices.delete(_path(call))) == (400, 20009)
    Call.objects.filter(pk=call.pk).update(status="completed", ended_at=NOON)
    assert alices.delete(_path(call)).status_code == 204
    assert error_of(alices.get(_path(call))) == (404, 20404)
    assert ConferenceEvent.objects.filter(conference=conference).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_recordings_of_a_deleted_call_go_with_their_files(
    alice: Account, alices: Client, media_root: Path
) -> None:
    call = build_call(alice, status="completed", ended_at=NOON)
    build_recording(call, b"RIFF")
    unfinished = build_recording(call, b"RIFF", status=RecordingStatus.PROCESSING)
    assert error_of(alices.delete(_path(call))) == (400, 20009)
    assert Recording.objects.count() == 2
    Recording.objects.filter(pk=unfinished.pk).update(status=RecordingStatus.FAILED)
    assert alices.delete(_path(call)).status_code == 204
    assert not Recording.everything.exists()
    assert [path for path in media_root.rglob("*") if path.is_file()] == []
