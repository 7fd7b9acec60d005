"""Who is rung, who has the call, and what becomes of a call that nobody takes."""

import pytest

from conference_app.models import Account, Call
from conference_app.services.call_plan import CallPlan, PlacedCall
from conference_app.streams import registrations
from conference_app.streams.refusals import Refusal
from conference_app.streams.registrations import Registration, Registrations
from conference_app.twiml import CallAnswered
from media_engine.dialects import DIALECTS, Cancel, Message, Ring


class Phone:
    """A registration, and what its client was told."""

    def __init__(self, table: Registrations, account: str = "AC1", identity: str = "bob") -> None:
        self.said: list[Message] = []
        self.registration = Registration(
            account, identity, DIALECTS["native"].server(), self.said.append
        )
        table.add(self.registration)

    @property
    def told(self) -> list[object]:
        client = DIALECTS["native"].client()
        return [client.receive(message) for message in self.said]


def placed(sid: str = "CA1", account: str = "AC1", identity: str = "bob") -> PlacedCall:
    call = Call(sid=sid, account=Account(sid=account), caller="alice", called=f"client:{identity}")
    return PlacedCall(call, CallPlan(CallAnswered("http://x/")), identity)


RING = Ring("CA1", "alice", "client:bob")


async def test_only_the_sockets_of_the_identity_and_the_account_ring() -> None:
    table = Registrations()
    bob, carol, stranger = Phone(table), Phone(table, identity="carol"), Phone(table, "AC2")
    assert table.ring(placed()) is not None
    assert (bob.told, carol.told, stranger.told) == ([RING], [], [])
    assert table.ring(placed(identity="nobody")) is None


async def test_the_first_to_answer_has_the_call() -> None:
    table = Registrations()
    one, two = Phone(table), Phone(table)
    call = placed()
    ringing = table.ring(call)
    assert ringing is not None
    assert one.registration.answer("CA1") is call
    assert two.registration.answer("CA1") is None
    assert ringing.outcome.result() is None
    assert one.told == [RING]
    assert two.told == [RING, Cancel("CA1", "answered-elsewhere"), Cancel("CA1", "canceled")]


@pytest.mark.parametrize(
    ("rejects", "status"), [((True, False), "busy"), ((False, False), "canceled")]
)
async def test_a_call_is_over_with_the_last_that_rings(
    rejects: tuple[bool, bool], status: str
) -> None:
    table = Registrations()
    phones = [Phone(table), Phone(table)]
    ringing = table.ring(placed())
    assert ringing is not None
    for phone, rejects_it in zip(phones, rejects, strict=True):
        assert not ringing.outcome.done()
        if rejects_it:
            phone.registration.reject("CA1")
        else:
            table.remove(phone.registration, busy=False)
    outcome = ringing.outcome.result()
    assert outcome is not None
    assert outcome.status == status


async def test_a_call_that_is_called_off_can_not_be_answered() -> None:
    table = Registrations()
    phone = Phone(table)
    ringing = table.ring(placed())
    assert ringing is not None
    ringing.call_off("timeout")
    assert phone.registration.answer("CA1") is None
    phone.registration.reject("CA1")
    assert phone.told[1] == Cancel("CA1", "timeout")


async def test_there_is_a_bound_for_an_identity_and_for_an_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registrations, "MAX_OF_ACCOUNT", 3)
    monkeypatch.setattr(registrations, "MAX_OF_IDENTITY", 2)
    table = Registrations()
    bobs = [Phone(table), Phone(table)]
    with pytest.raises(Refusal, match="this identity"):
        Phone(table)
    Phone(table, identity="carol")
    with pytest.raises(Refusal, match="this account"):
        Phone(table, identity="dave")
    Phone(table, "AC2")
    for phone in bobs:
        table.remove(phone.registration, busy=False)
    assert not table.has("AC1", "bob")
    Phone(table, identity="dave")
    assert len(table) == 3
