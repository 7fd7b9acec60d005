"""The twilio dialect against the messages of Twilio's documentation, and its two sides together."""

import base64
import json
from typing import Any

import pytest

from media_engine.dialects import L16, MULAW, Clear, Connected, Dtmf, Mark, Start, Stop, WireFormat
from media_engine.dialects.twilio import TwilioClient, TwilioServer
from media_engine.errors import MalformedMessage, UnsupportedFormat

NARROW = WireFormat(MULAW, 8000)
SOUND = bytes(range(160))
START = Start("Room 1234", "+15550100", NARROW, "CA1", "MZ1", "AC1", "t", {"label": "x"})


def start_message(tracks: tuple[str, ...] = ("inbound",), **changes: Any) -> str:
    inner = {
        "accountSid": "AC1",
        "streamSid": "MZ1",
        "callSid": "CA1",
        "tracks": list(tracks),
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"to": "Room 1234", "from": "+15550100", "token": "t", "label": "x"},
    }
    kept = {name: value for name, value in (inner | changes).items() if value is not None}
    return json.dumps({"event": "start", "sequenceNumber": "1", "start": kept, "streamSid": "MZ1"})


def media_message(payload: str, *, track: str = "inbound", spaced: bool = False) -> str:
    media = {"track": track, "chunk": "1", "timestamp": "5", "payload": payload}
    message = {"event": "media", "sequenceNumber": "3", "media": media, "streamSid": "MZ1"}
    return json.dumps(message, separators=(", ", ": ") if spaced else (",", ":"))


def started_server(**changes: Any) -> TwilioServer:
    server = TwilioServer()
    server.receive(start_message(**changes))
    return server


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ('{"event":"connected","protocol":"Call","version":"1.0.0"}', Connected()),
        (start_message(), START),
        (
            '{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5",'
            '"dtmf":{"track":"inbound_track","digit":"1"}}',
            Dtmf("1"),
        ),
        (
            '{"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"my label"}}',
            Mark("my label"),
        ),
        (
            '{"event":"stop","sequenceNumber":"5","streamSid":"MZ1",'
            '"stop":{"accountSid":"AC1","callSid":"CA1"}}',
            Stop(),
        ),
    ],
)
def test_the_documented_messages_are_read(message: str, said: object) -> None:
    assert TwilioServer().receive(message) == said


@pytest.mark.parametrize(
    "message",
    [
        media_message(base64.b64encode(SOUND).decode()),
        media_message(base64.b64encode(SOUND).decode(), spaced=True),
        media_message(base64.b64encode(SOUND).decode()).replace("/", "\\/"),
        json.dumps({"media": {"payload": base64.b64encode(SOUND).decode()}, "event": "media"}),
        json.dumps(json.loads(media_message(base64.b64encode(SOUND).decode())), indent=2),
    ],
    ids=["as twilio", "spaced", "escaped slashes", "fewest members", "indented"],
)
def test_media_is_read_however_its_json_is_written(message: str) -> None:
    assert TwilioServer().receive(message) == SOUND


@pytest.mark.parametrize("payload", ["a", "ab=", "abc=d", "ab c", "====", "é", "-_-_", "ab\\ncd"])
@pytest.mark.parametrize("spaced", [False, True])
def test_bad_base64_is_refused(payload: str, spaced: bool) -> None:
    with pytest.raises(MalformedMessage, match="^media.payload is not base64"):
        TwilioServer().receive(media_message(payload, spaced=spaced))


@pytest.mark.parametrize("end", ["x", "}", " x", '{"event":"stop"}'])
def test_a_media_message_with_something_behind_it_is_not_json(end: str) -> None:
    with pytest.raises(MalformedMessage, match="^not JSON"):
        TwilioServer().receive(media_message("AAAA") + end)


@pytest.mark.parametrize("media", [None, "AAAA", {}, {"payload": None}, {"payload": 5}])
def test_media_without_a_payload_is_refused(media: object) -> None:
    with pytest.raises(MalformedMessage, match="^media"):
        TwilioServer().receive(json.dumps({"event": "media", "media": media}))


@pytest.mark.parametrize(
    ("tracks", "heard"),
    [(("inbound",), SOUND), (("outbound",), SOUND), (("inbound", "outbound"), None)],
)
def test_the_outbound_track_is_sound_only_where_it_is_alone(
    tracks: tuple[str, ...], heard: bytes | None
) -> None:
    message = media_message(base64.b64encode(SOUND).decode(), track="outbound")
    assert started_server(tracks=tracks).receive(message) == heard


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"customParameters": None}, "start.customParameters.to is missing"),
        ({"customParameters": {"To": "x"}}, "start.customParameters.to is missing"),
        ({"customParameters": {"to": ["x"]}}, "start.customParameters.to must be text"),
        ({"mediaFormat": None}, "start.mediaFormat is missing"),
        ({"tracks": "inbound"}, "start.tracks must be a list of text"),
    ],
)
def test_a_faulty_start_is_refused_by_name(changes: dict[str, Any], complaint: str) -> None:
    inner = json.loads(start_message())["start"] | changes
    kept = {name: value for name, value in inner.items() if value is not None}
    with pytest.raises(MalformedMessage) as raised:
        TwilioServer().receive(json.dumps({"event": "start", "start": kept, "streamSid": "MZ1"}))
    assert str(raised.value) == complaint


def test_start_needs_a_stream_sid_inside_or_outside() -> None:
    message = json.loads(start_message(streamSid=None))
    assert TwilioServer().receive(json.dumps(message)) == START
    del message["streamSid"]
    with pytest.raises(MalformedMessage, match="^streamSid is missing$"):
        TwilioServer().receive(json.dumps(message))


def test_only_mu_law_at_8000_is_spoken() -> None:
    with pytest.raises(UnsupportedFormat, match="twilio dialect speaks mu-law at 8000 Hz only"):
        started_server(mediaFormat={"encoding": L16, "sampleRate": 8000, "channels": 1})


def test_a_second_start_is_refused() -> None:
    with pytest.raises(MalformedMessage, match="second start"):
        started_server().receive(start_message())


def test_a_start_may_be_corrected_after_a_refusal() -> None:
    server = TwilioServer()
    with pytest.raises(MalformedMessage):
        server.receive(start_message(customParameters={"a": "b"}))
    assert server.receive(start_message()) == START


@pytest.mark.parametrize("side", [TwilioServer, TwilioClient])
def test_a_binary_message_is_refused(side: type[TwilioServer] | type[TwilioClient]) -> None:
    with pytest.raises(MalformedMessage, match="text messages only"):
        side().receive(b"\xff")


@pytest.mark.parametrize("side", [TwilioServer, TwilioClient])
def test_an_unknown_event_is_ignored_and_counted(
    side: type[TwilioServer] | type[TwilioClient],
) -> None:
    dialect = side()
    assert dialect.receive('{"event":"wave"}') is None
    assert dialect.unknown_events == 1


def test_the_server_writes_what_twilio_documents() -> None:
    server = started_server()
    assert server.media(b"\0\1") == (
        '{"event":"media","streamSid":"MZ1","media":{"payload":"AAE="}}'
    )
    assert server.mark("a") == '{"event":"mark","streamSid":"MZ1","mark":{"name":"a"}}'
    assert server.clear() == '{"event":"clear","streamSid":"MZ1"}'


def test_the_server_says_nothing_that_twilio_does_not_know() -> None:
    server = started_server()
    unsaid: list[object] = [
        server.started("CA1", "MZ1"),  # type: ignore[func-returns-value]
        server.dtmf("1"),  # type: ignore[func-returns-value]
        server.stop("bye"),  # type: ignore[func-returns-value]
        server.error(1, "x"),  # type: ignore[func-returns-value]
    ]
    assert unsaid == [None] * 4


def test_a_stream_sid_with_quotes_stays_json() -> None:
    server = started_server(streamSid='a"b')
    assert json.loads(server.media(b"\0"))["streamSid"] == 'a"b'


def test_neither_side_speaks_before_the_stream_has_a_sid() -> None:
    with pytest.raises(ValueError, match="before start"):
        TwilioServer().media(b"\0")
    with pytest.raises(ValueError, match="before the opening"):
        TwilioClient().media(b"\0")


def test_the_client_numbers_messages_chunks_and_milliseconds_as_text() -> None:
    client = TwilioClient()
    messages = [*client.opening(START), client.media(bytes(160)), client.dtmf("1")]
    messages += [client.media(bytes(80)), client.mark("x"), client.media(bytes(160)), client.stop()]
    parsed = [json.loads(message) for message in messages]
    assert [m.get("sequenceNumber") for m in parsed] == [None, *"1234567"]
    media = [m["media"] for m in parsed if m["event"] == "media"]
    assert [(m["chunk"], m["timestamp"]) for m in media] == [("1", "0"), ("2", "20"), ("3", "30")]


def test_the_client_writes_what_the_server_reads() -> None:
    client, server = TwilioClient(), TwilioServer()
    messages = [*client.opening(START), client.media(SOUND), client.dtmf("9"), client.mark("x")]
    said = [Connected(), START, SOUND, Dtmf("9"), Mark("x"), Stop()]
    assert [server.receive(message) for message in [*messages, client.stop()]] == said


def test_the_client_reads_what_the_server_writes() -> None:
    client, server = TwilioClient(), started_server()
    client.opening(START)
    messages = [server.media(SOUND), server.mark("x"), server.clear()]
    assert [client.receive(message) for message in messages] == [SOUND, Mark("x"), Clear()]


def test_the_client_refuses_a_foreign_stream_sid() -> None:
    client = TwilioClient()
    client.opening(START)
    with pytest.raises(MalformedMessage, match="^streamSid is not this stream's$"):
        client.receive('{"event":"clear","streamSid":"MZ2"}')


def test_a_twilio_call_has_all_three_sids_and_mu_law() -> None:
    with pytest.raises(ValueError, match="needs an account SID"):
        TwilioClient().opening(Start("r", None, NARROW, "CA1", "MZ1", None))
    with pytest.raises(UnsupportedFormat):
        TwilioClient().opening(Start("r", None, WireFormat(L16, 8000), "CA1", "MZ1", "AC1"))
