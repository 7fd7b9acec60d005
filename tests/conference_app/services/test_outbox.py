"""Deliveries: in order in their queue, claimed by one, tried again, given up, replayed."""

from datetime import datetime, timedelta

import pytest

from conference_app.models import Account, Alert, Conference, DeliveryStatus, WebhookDelivery
from conference_app.services import outbox, retry_rules
from conference_app.services.outbox import Claim, Result
from conference_app.services.sending_slots import SendingSlots
from tests.builders import NOON, build_conference, build_delivery

ELSEWHERE = "https://example.net/told"


@pytest.fixture
def conference(alice: Account) -> Conference:
    return build_conference(alice)


def claim(
    now: datetime = NOON, name: str = "one", slots: SendingSlots | None = None
) -> list[Claim]:
    return outbox.claim(name=name, now=now, slots=slots or SendingSlots())


def deliver(*claims: Claim, now: datetime = NOON) -> None:
    outbox.settle([Result(claim, status_code=200) for claim in claims], now=now)


def fail(*claims: Claim, now: datetime = NOON, **result: object) -> None:
    results = [
        Result(claim, error_code=11200, error="No.", **result)  # type: ignore[arg-type]
        for claim in claims
    ]
    outbox.settle(results, now=now)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_only_the_first_of_a_queue_is_taken(conference: Conference) -> None:
    first, second = build_delivery(conference), build_delivery(conference)
    (taken,) = claim()
    assert (taken.pk, claim(name="two")) == (first.pk, [])
    deliver(taken)
    assert [claimed.pk for claimed in claim()] == [second.pk]


def test_queues_do_not_wait_for_each_other(alice: Account, conference: Conference) -> None:
    rows = [
        build_delivery(conference),
        build_delivery(conference, ELSEWHERE),
        build_delivery(build_conference(alice, "lobby")),
    ]
    assert [claimed.pk for claimed in claim()] == [row.pk for row in rows]


def test_a_claim_has_all_that_sending_takes(alice: Account, conference: Conference) -> None:
    row = build_delivery(conference, params=[("FriendlyName", "Ünïcode"), ("Muted", "true")])
    (taken,) = claim()
    assert taken.params == [("FriendlyName", "Ünïcode"), ("Muted", "true")]
    assert (taken.auth_token, taken.url, taken.method) == (alice.auth_token, row.url, "POST")
    assert taken.receiver == "https://example.org"
    assert taken.idempotency_token == row.idempotency_token


def test_what_was_answered_is_delivered_and_says_so(conference: Conference) -> None:
    build_delivery(conference)
    deliver(*claim(), now=after(3))
    row = WebhookDelivery.objects.get()
    assert (row.status, row.delivered_at, row.attempts) == ("delivered", after(3), 1)
    assert (row.last_status_code, row.last_error, row.claimed_until) == (200, "", None)


def test_the_tries_back_off_for_hours_and_then_the_delivery_is_dead(
    conference: Conference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry_rules, "SPREAD", 0.0)
    build_delivery(conference)
    now, waited = NOON, []
    while taken := claim(now):
        fail(*taken, now=now)
        row = WebhookDelivery.objects.get()
        waited.append((row.next_attempt_at - now).total_seconds())
        now = row.next_attempt_at
        assert not claim(now - timedelta(milliseconds=1))
    assert waited[:-1] == list(retry_rules.DELAYS_S)
    assert (row.status, row.attempts, row.last_error) == (DeliveryStatus.DEAD, 10, "No.")
    alert = Alert.objects.get()
    assert (alert.account, alert.conference, alert.code) == (conference.account, conference, 11200)
    assert "conference-status" in alert.message


def test_each_try_has_the_same_token(conference: Conference) -> None:
    build_delivery(conference)
    (first,) = claim()
    fail(first)
    (second,) = claim(after(2))
    assert first.idempotency_token == second.idempotency_token


def test_a_receiver_that_asks_to_be_left_alone_is(conference: Conference) -> None:
    build_delivery(conference)
    fail(*claim(), retry_after_s=300.0)
    assert (claim(after(299)), len(claim(after(301)))) == ([], 1)


def test_what_can_not_end_better_is_given_up_at_once(conference: Conference) -> None:
    build_delivery(conference, "no-url")
    fail(*claim(), is_final=True)
    assert WebhookDelivery.objects.get().status == DeliveryStatus.DEAD


def test_later_ones_wait_until_the_first_is_given_up(conference: Conference) -> None:
    first, second = build_delivery(conference), build_delivery(conference)
    fail(*claim())
    second.refresh_from_db()
    first.refresh_from_db()
    assert second.next_attempt_at == first.next_attempt_at > NOON
    fail(*claim(after(2)), now=after(2), is_final=True)
    assert [claimed.pk for claimed in claim(after(2))] == [second.pk]


@pytest.mark.parametrize("successor", ["two", "dead"])
def test_the_claim_of_a_sender_that_died_runs_out(conference: Conference, successor: str) -> None:
    build_delivery(conference)
    (lost,) = claim(name="dead")
    assert claim(after(29), name=successor) == []
    (found,) = claim(after(30), name=successor)
    assert found.idempotency_token == lost.idempotency_token
    deliver(lost, now=after(31))  # the dead one comes back: its claim is another's
    assert WebhookDelivery.objects.get().status == DeliveryStatus.WAITING


def test_a_sender_takes_back_what_one_of_its_name_had_in_hand(
    alice: Account, conference: Conference
) -> None:
    build_delivery(conference)
    build_delivery(build_conference(alice, "lobby"))
    claim(name="one", slots=SendingSlots(total=1))
    claim(name="two")
    assert outbox.take_back("one") == 1
    assert len(claim(name="one")) == 1


def test_what_was_given_back_can_be_claimed_at_once(conference: Conference) -> None:
    build_delivery(conference)
    outbox.give_back(claim())
    assert len(claim(name="two")) == 1


def test_no_more_is_claimed_than_there_are_slots(alice: Account) -> None:
    for number in range(5):
        build_delivery(build_conference(alice, f"room {number}"))
    slots = SendingSlots(of_receiver=3)
    assert [len(claim(slots=slots)), len(claim(slots=slots))] == [3, 0]


def test_full_receivers_hide_nobody_who_is_due_later(
    alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LOOKED_AT", 4)
    for number in range(8):
        build_delivery(build_conference(alice, f"room {number}"))
    other = build_delivery(build_conference(alice, "lobby"), ELSEWHERE, next_attempt_at=after(1))
    slots = SendingSlots(of_receiver=2)
    assert len(claim(after(1), slots=slots)) == 2
    assert [claimed.pk for claimed in claim(after(1), slots=slots)] == [other.pk]


@pytest.mark.parametrize("status", [DeliveryStatus.DEAD, DeliveryStatus.DELIVERED])
def test_what_is_replayed_goes_out_once_more(conference: Conference, status: str) -> None:
    row = build_delivery(conference, status=status, attempts=10)
    token = row.idempotency_token
    outbox.replay(delivery=row)
    (again,) = claim(datetime.now(NOON.tzinfo))
    assert again.idempotency_token == token
    row.refresh_from_db()
    assert (row.attempts, row.delivered_at) == (0, None)


def test_what_is_replayed_goes_before_what_came_later(conference: Conference) -> None:
    dead = build_delivery(conference, status=DeliveryStatus.DEAD)
    later = build_delivery(conference)
    outbox.replay(delivery=dead)
    now = datetime.now(NOON.tzinfo)
    (first,) = claim(now)
    deliver(first, now=now)
    assert [first.pk, *(claimed.pk for claimed in claim(now))] == [dead.pk, later.pk]


def test_what_waits_hours_for_its_next_try_can_be_sent_now(conference: Conference) -> None:
    row = build_delivery(conference, next_attempt_at=datetime(2100, 1, 1, tzinfo=NOON.tzinfo))
    outbox.replay(delivery=row)
    assert len(claim(datetime.now(NOON.tzinfo))) == 1


def test_what_is_in_hand_is_not_replayed(conference: Conference) -> None:
    row = build_delivery(conference)
    claim(datetime.now(NOON.tzinfo))
    with pytest.raises(outbox.InHand):
        outbox.replay(delivery=row)


def test_whoever_sends_is_woken_when_the_fact_is_safe(
    conference: Conference, django_capture_on_commit_callbacks: object
) -> None:
    calls: list[str] = []
    outbox.on_put(lambda: calls.append("woken"))
    try:
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            build_delivery(conference)
            assert not calls
    finally:
        outbox.on_put(None)
    assert calls == ["woken"]
