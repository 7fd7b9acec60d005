"""The native dialect, both sides: what is read, what is refused, what is written."""

import json
from typing import Any

import pytest

from media_engine.dialects import (
    L16,
    MULAW,
    Clear,
    Dtmf,
    Error,
    Mark,
    Start,
    Started,
    Stop,
    WireFormat,
)
from media_engine.dialects.native import NativeClient, NativeServer
from media_engine.errors import MalformedMessage, UnsupportedFormat

WIDE = WireFormat(L16, 16000)


def start_message(**changes: Any) -> str:
    message = {
        "event": "start",
        "to": "Room 1234",
        "from": "alice",
        "mediaFormat": {"encoding": "audio/x-l16", "sampleRate": 16000, "channels": 1},
    }
    kept = {name: value for name, value in (message | changes).items() if value is not None}
    return json.dumps(kept)


def started_server(**changes: Any) -> NativeServer:
    server = NativeServer()
    server.receive(start_message(**changes))
    return server


def test_start_is_read() -> None:
    message = start_message(token="t", customParameters={"label": "x"})
    assert NativeServer().receive(message) == Start(
        "Room 1234", "alice", WIDE, token="t", custom_parameters={"label": "x"}
    )


def test_start_needs_no_more_than_to_and_a_format() -> None:
    message = start_message(**{"from": None}, mediaFormat={"encoding": MULAW, "sampleRate": 8000})
    assert NativeServer().receive(message) == Start("Room 1234", None, WireFormat(MULAW, 8000))


def test_the_case_of_an_encoding_is_free() -> None:
    start = NativeServer().receive(
        start_message(mediaFormat={"encoding": "audio/x-L16", "sampleRate": 16000})
    )
    assert isinstance(start, Start) and start.format == WIDE


def test_a_token_among_the_custom_parameters_counts_and_is_taken_out() -> None:
    start = NativeServer().receive(start_message(customParameters={"token": "t", "a": "b"}))
    assert isinstance(start, Start)
    assert (start.token, dict(start.custom_parameters)) == ("t", {"a": "b"})


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"to": None}, "to is missing"),
        ({"to": 5}, "to must be text"),
        ({"mediaFormat": None}, "mediaFormat is missing"),
        ({"mediaFormat": "audio/x-l16"}, "mediaFormat must be an object"),
        ({"mediaFormat": {"sampleRate": 8000}}, "mediaFormat.encoding is missing"),
        ({"customParameters": {"a": 1}}, "customParameters.a must be text"),
        ({"tokn": "t"}, "'tokn' is not known"),
    ],
)
def test_a_faulty_start_is_refused_by_name(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(MalformedMessage) as raised:
        NativeServer().receive(start_message(**changes))
    assert str(raised.value) == complaint


@pytest.mark.parametrize(
    "media_format",
    [
        {"encoding": "audio/x-mulaw", "sampleRate": 16000},
        {"encoding": "audio/x-l16", "sampleRate": 44100},
        {"encoding": "audio/x-l16", "sampleRate": 16000, "channels": 2},
        {"encoding": "opus", "sampleRate": 48000},
    ],
)
def test_a_format_that_is_not_spoken_is_refused(media_format: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedFormat):
        NativeServer().receive(start_message(mediaFormat=media_format))


def test_a_second_start_is_refused_and_the_call_goes_on() -> None:
    server = started_server()
    with pytest.raises(MalformedMessage, match="second start"):
        server.receive(start_message())
    assert server.receive(b"\0\0") == b"\0\0"


def test_a_start_may_be_corrected_after_a_refusal() -> None:
    server = NativeServer()
    with pytest.raises(MalformedMessage):
        server.receive(start_message(to=None))
    assert isinstance(server.receive(start_message()), Start)


def test_sound_is_the_message_itself_at_any_length() -> None:
    server = started_server()
    for payload in (b"", bytes(640), bytes(6402)):
        assert server.receive(payload) is payload


def test_sound_may_come_before_start() -> None:
    server = NativeServer()
    assert server.receive(bytes(161)) == bytes(161)
    server.receive(start_message(mediaFormat={"encoding": MULAW, "sampleRate": 8000}))
    assert server.receive(bytes(161)) == bytes(161)


def test_frames_of_odd_length_are_no_l16() -> None:
    with pytest.raises(MalformedMessage, match="frame of odd length: 641 bytes"):
        started_server().receive(bytes(641))
    early = NativeServer()
    early.receive(bytes(641))
    with pytest.raises(MalformedMessage, match="odd length before start"):
        early.receive(start_message())


@pytest.mark.parametrize("side", [NativeServer, NativeClient])
@pytest.mark.parametrize(
    ("message", "said"),
    [
        ('{"event":"dtmf","digit":"5"}', Dtmf("5")),
        ('{"event":"dtmf","dtmf":{"digit":"#"}}', Dtmf("#")),
        ('{"event":"mark","name":"x"}', Mark("x")),
        ('{"event":"mark","mark":{"name":"x"}}', Mark("x")),
        ('{"event":"clear"}', Clear()),
        ('{"event":"stop"}', Stop()),
        ('{"event":"stop","reason":"bye","extra":1}', Stop("bye")),
    ],
)
def test_events_of_either_side_are_read(
    side: type[NativeServer] | type[NativeClient], message: str, said: object
) -> None:
    assert side().receive(message) == said


@pytest.mark.parametrize("digit", list("0123456789*#ABCD"))
def test_every_key_of_dtmf_is_read(digit: str) -> None:
    assert NativeServer().receive(json.dumps({"event": "dtmf", "digit": digit})) == Dtmf(digit)


@pytest.mark.parametrize("digit", ["E", "a", "12", "", " ", 5, None])
def test_nothing_else_is_a_digit(digit: object) -> None:
    with pytest.raises(MalformedMessage, match="^digit "):
        NativeServer().receive(json.dumps({"event": "dtmf", "digit": digit}))


@pytest.mark.parametrize("message", ["x", "[]", "{}", '{"event":5}', '{"event":"mark"}'])
def test_a_malformed_event_is_refused(message: str) -> None:
    with pytest.raises(MalformedMessage):
        NativeServer().receive(message)


def test_an_unknown_event_is_ignored_counted_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = NativeServer()
    assert [server.receive('{"event":"wave %s"}') for _ in range(3)] == [None] * 3
    assert server.unknown_events == 3
    assert [record.getMessage() for record in caplog.records] == [
        "unknown media event ignored: 'wave %s'"
    ]


def test_the_server_writes_what_the_client_reads() -> None:
    server, client = started_server(), NativeClient()
    sayings: dict[str | bytes, object] = {
        server.started("CA1", "MZ1"): Started("CA1", "MZ1", WIDE),
        server.media(b"\1\2"): b"\1\2",
        server.mark("é"): Mark("é"),
        server.clear(): Clear(),
        server.dtmf("D"): Dtmf("D"),
        server.stop("kicked"): Stop("kicked"),
        server.error(12100, 'a "quoted" reason'): Error(12100, 'a "quoted" reason'),
    }
    assert [client.receive(message) for message in sayings] == list(sayings.values())


def test_the_client_writes_what_the_server_reads() -> None:
    start = Start("r", "f", WIDE, token="t", custom_parameters={"a": "b"})
    server, client = NativeServer(), NativeClient()
    (opening,) = client.opening(start)
    assert server.receive(opening) == start
    sayings: dict[str | bytes, object] = {
        client.media(b"\1\2"): b"\1\2",
        client.mark("x"): Mark("x"),
        client.clear(): Clear(),
        client.dtmf("*"): Dtmf("*"),
        client.stop(): Stop(),
    }
    assert [server.receive(message) for message in sayings] == list(sayings.values())


def test_the_answer_has_the_documented_form() -> None:
    assert started_server().started("CA1", "MZ1") == (
        '{"event":"started","callSid":"CA1","streamSid":"MZ1",'
        '"mediaFormat":{"encoding":"audio/x-l16","sampleRate":16000,"channels":1}}'
    )
    with pytest.raises(ValueError, match="no start"):
        NativeServer().started("CA1", "MZ1")


def test_a_client_refuses_odd_frames_of_l16() -> None:
    client = NativeClient()
    client.opening(Start("r", None, WIDE))
    with pytest.raises(MalformedMessage, match="odd length"):
        client.receive(bytes(3))
