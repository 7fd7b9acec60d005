"""A call that we make, in the books: from queued to its end, and who is told."""

from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from conference_app.models import Account, Call, CallStatus, WebhookDelivery
from conference_app.services import calling, dialing
from conference_app.services.call_plan import CallPlan, PlacedCall
from conference_app.services.calling import (
    Callee,
    CallIsUnderWay,
    StatusCallback,
    TooManyCalls,
)
from conference_app.services.calls import Outcome
from conference_app.twiml import CallAnswered
from media_engine import NotRunning

PLAN = CallPlan(CallAnswered("http://example.org/"))
BOB = Callee("client:bob", "bob")
ALL = StatusCallback(
    "http://example.org/call", "POST", ("initiated", "ringing", "answered", "completed")
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[PlacedCall | str]:
    """What the carrier was asked: calls to make, SIDs to call off."""
    asked: list[PlacedCall | str] = []
    monkeypatch.setattr(dialing, "check_that_calls_are_made", lambda: None)
    monkeypatch.setattr(dialing, "carry", asked.append)
    monkeypatch.setattr(dialing, "call_off", asked.append)
    return asked


def place(account: Account, **options: Any) -> Call:
    return calling.place(account=account, callee=BOB, caller="alice", plan=PLAN, **options)


def told(call: Call) -> list[tuple[str, str]]:
    """What was told of a call, and in which order."""
    rows = WebhookDelivery.objects.filter(call=call).order_by("id")
    said = [dict(row.params) for row in rows]
    return [(params["SequenceNumber"], params["CallStatus"]) for params in said]


def test_a_call_is_made_once_its_row_is_safe(
    alice: Account,
    asked: list[PlacedCall | str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        call = place(alice)
        assert asked == []
    assert asked == [PlacedCall(call, PLAN, "bob")]
    assert (call.status, call.direction, call.started_at) == ("queued", "outbound-api", None)


@pytest.mark.usefixtures("asked")
def test_each_step_is_told_in_order(alice: Account) -> None:
    call = place(alice, callback=ALL)
    calling.ringing(call=call)
    answered = calling.answered(call=call, dialect="native")
    assert (answered.status, answered.dialect) == ("in-progress", "native")
    assert answered.started_at is not None
    assert told(call) == [("0", "initiated"), ("1", "ringing"), ("2", "in-progress")]


@pytest.mark.usefixtures("asked")
def test_only_what_is_asked_for_is_told(alice: Account) -> None:
    silent, end = (
        place(alice),
        place(alice, callback=StatusCallback(ALL.url, "GET", ("completed",))),
    )
    for call in (silent, end):
        calling.ringing(call=call)
        calling.not_answered(call=call, outcome=Outcome(CallStatus.BUSY, 1, "x"))
    assert told(silent) == []
    assert told(end) == [("0", "busy")]
    end.refresh_from_db()
    assert (end.status, end.error_code, end.error_message) == ("busy", 1, "x")


def test_a_call_that_is_called_off_can_not_be_answered(
    alice: Account,
    asked: list[PlacedCall | str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    call = place(alice, callback=ALL)
    with django_capture_on_commit_callbacks(execute=True):
        assert calling.cancel(call).status == "canceled"
    assert asked == [call.sid]
    for attempt in (
        lambda: calling.answered(call=call, dialect="native"),
        lambda: calling.ringing(call=call),
        lambda: calling.not_answered(call=call, outcome=Outcome()),
    ):
        with pytest.raises(CallIsUnderWay):
            attempt()
    assert told(call) == [("0", "initiated"), ("1", "canceled")]


@pytest.mark.usefixtures("asked")
def test_a_call_that_was_answered_can_not_be_called_off(alice: Account) -> None:
    call = place(alice)
    calling.answered(call=call, dialect="native")
    with pytest.raises(CallIsUnderWay):
        calling.cancel(call)


@pytest.mark.usefixtures("asked")
def test_only_so_many_calls_of_an_account_ring(
    alice: Account, bob: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "MAX_UNANSWERED", 2)
    first = place(alice)
    place(alice)
    with pytest.raises(TooManyCalls):
        place(alice)
    place(bob)
    calling.cancel(first)
    place(alice)


def test_nothing_is_written_where_no_calls_are_made(alice: Account) -> None:
    with pytest.raises(NotRunning):
        place(alice)
    assert not Call.objects.exists()
