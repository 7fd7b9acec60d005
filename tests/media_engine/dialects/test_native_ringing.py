"""The native dialect where a client takes calls: what is read, what is refused, what is written."""

import json

import pytest

from media_engine.dialects import (
    L16,
    MULAW,
    Answer,
    Cancel,
    Register,
    Registered,
    Reject,
    Ring,
    Started,
    WireFormat,
    tell_apart,
)
from media_engine.dialects.native import NativeClient, NativeServer
from media_engine.errors import MalformedMessage, UnsupportedFormat

WIDE = WireFormat(L16, 16000)
NARROW = WireFormat(MULAW, 8000)


def registered() -> tuple[NativeClient, NativeServer]:
    """Both sides, once the client has registered."""
    client, server = NativeClient(), NativeServer()
    server.receive(client.register(Register("bob")))
    return client, server


def test_registering_is_read_and_answered() -> None:
    client, server = NativeClient(), NativeServer()
    register = Register("bob", token="t")
    assert server.receive(client.register(register)) == register
    assert client.receive(server.registered("bob")) == Registered("bob")


def test_a_client_without_a_subprotocol_is_known_by_its_registering() -> None:
    message = NativeClient().register(Register("bob"))
    assert isinstance(tell_apart([], message), NativeServer)


def test_a_ring_has_parameters() -> None:
    client, server = registered()
    ring = Ring("CA1", "alice", "client:bob", {"topic": "rain", "empty": ""})
    assert client.receive(server.ring(ring)) == ring


def test_an_answer_makes_the_socket_that_calls() -> None:
    client, server = registered()
    assert server.receive(client.answer("CA1", WIDE)) == Answer("CA1", WIDE)
    assert client.receive(server.started("CA1", "MZ1")) == Started("CA1", "MZ1", WIDE)
    with pytest.raises(MalformedMessage, match="odd"):
        server.receive(b"x")
    with pytest.raises(MalformedMessage, match="without being registered"):
        server.receive(client.answer("CA2", WIDE))


def test_after_an_answer_that_came_too_late_there_may_be_another() -> None:
    client, server = registered()
    server.receive(client.answer("CA1", WIDE))
    assert client.receive(server.cancel("CA1", "timeout")) == Cancel("CA1", "timeout")
    assert server.receive(client.answer("CA2", NARROW)) == Answer("CA2", NARROW)
    assert server.receive(b"x") == b"x"


def test_a_call_may_be_rejected() -> None:
    client, server = registered()
    assert server.receive(client.reject("CA1")) == Reject("CA1")


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        ({"event": "register"}, "identity is missing"),
        ({"event": "register", "identity": "a?b"}, "question mark"),
        ({"event": "register", "identity": "x" * 129}, "longer than 128"),
        ({"event": "register", "identity": "bob", "tokn": "x"}, "not known"),
        ({"event": "answer", "callSid": "CA1"}, "without being registered"),
    ],
)
def test_what_is_wrong_with_a_first_message_is_said(
    message: dict[str, str], complaint: str
) -> None:
    with pytest.raises(MalformedMessage, match=complaint):
        NativeServer().receive(json.dumps(message))


def test_who_takes_calls_makes_none_on_the_same_socket() -> None:
    client, server = registered()
    for message in ({"event": "start", "to": "x"}, {"event": "register", "identity": "x"}):
        with pytest.raises(MalformedMessage, match="on another"):
            server.receive(json.dumps(message))
    with pytest.raises(UnsupportedFormat):
        server.receive(
            '{"event":"answer","callSid":"CA1","mediaFormat":{"encoding":"x","sampleRate":1}}'
        )
