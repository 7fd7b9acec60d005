"""Nobody takes all the places."""

import pytest

from conference_app.services import sending_slots
from conference_app.services.sending_slots import SendingSlots


def taken(slots: SendingSlots, receiver: str = "https://a", account: int = 1) -> int:
    """Take as many as there are."""
    number = 0
    while slots.take(receiver, account):
        number += 1
    return number


def test_a_receiver_has_a_share() -> None:
    slots = SendingSlots(total=10, of_receiver=4, of_account=8)
    assert taken(slots, "https://a") == 4
    assert taken(slots, "https://b", account=2) == 4
    assert set(slots.full_receivers) == {"https://a", "https://b"}


def test_an_account_has_a_share() -> None:
    slots = SendingSlots(total=10, of_receiver=4, of_account=6)
    assert [taken(slots, receiver) for receiver in "abc"] == [4, 2, 0]
    assert list(slots.full_accounts) == [1]
    assert slots.take("c", 2)


def test_all_together_have_a_bound() -> None:
    slots = SendingSlots(total=10, of_receiver=4, of_account=10)
    assert [taken(slots, receiver) for receiver in "abc"] == [4, 4, 2]
    assert (slots.free, slots.take("d", 2)) == (0, False)


def test_what_is_given_back_can_be_taken_again() -> None:
    slots = SendingSlots(total=10, of_receiver=4, of_account=8)
    taken(slots)
    slots.give_back("https://a", 1)
    assert (list(slots.full_receivers), taken(slots)) == ([], 1)


@pytest.mark.parametrize(("failures", "share"), [(1, 8), (3, 2), (4, 1), (1000, 1)])
def test_a_receiver_that_fails_has_less_and_at_least_one(failures: int, share: int) -> None:
    slots = SendingSlots(of_receiver=16)
    for _ in range(failures):
        slots.note("https://a", answered=False)
    assert taken(slots) == share


def test_a_receiver_that_answers_again_has_all_again() -> None:
    slots = SendingSlots(of_receiver=16)
    slots.note("https://a", answered=False)
    slots.note("https://a", answered=True)
    assert taken(slots) == 16


def test_only_so_many_failing_receivers_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending_slots, "FAILING_REMEMBERED", 2)
    slots = SendingSlots(of_receiver=16)
    for receiver in "abc":
        slots.note(receiver, answered=False)
    assert [taken(slots, receiver) for receiver in "abc"] == [16, 8, 8]
