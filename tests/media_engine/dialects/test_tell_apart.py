"""Which dialect a client speaks is told by its subprotocol and its first message."""

import pytest

from media_engine.dialects import DIALECTS, subprotocol_to_accept, tell_apart
from media_engine.dialects.native import NativeServer
from media_engine.dialects.twilio import TwilioServer
from media_engine.errors import MalformedMessage

NATIVE_START = '{"event":"start","to":"r","mediaFormat":{}}'
TWILIO_CONNECTED = '{"event":"connected","protocol":"Call","version":"1.0.0"}'


@pytest.mark.parametrize(
    ("subprotocols", "first_message", "server"),
    [
        (["audio.confab"], NATIVE_START, NativeServer),
        (["chat", "audio.confab"], b"\0\0", NativeServer),
        (["audio.confab"], "not JSON at all", NativeServer),
        (["audio.confab", "audio.twilio.com"], TWILIO_CONNECTED, NativeServer),
        ([], NATIVE_START, NativeServer),
        (["audio.twilio.com"], TWILIO_CONNECTED, TwilioServer),
        ([], TWILIO_CONNECTED, TwilioServer),
        (["chat"], TWILIO_CONNECTED, TwilioServer),
        ([], '{"event":"start","start":{}}', TwilioServer),
    ],
)
def test_a_dialect_is_told(
    subprotocols: list[str], first_message: str | bytes, server: type
) -> None:
    assert type(tell_apart(subprotocols, first_message)) is server


@pytest.mark.parametrize(
    ("first_message", "complaint"),
    [
        (b"\0\0", "the first message is binary"),
        ("hello", "not JSON"),
        ("[]", "not a JSON object"),
        ("{}", "no dialect begins with this message"),
        ('{"event":"media"}', "no dialect begins with this message"),
        ('{"event":"connected","version":"1.0.0"}', "no dialect begins with this message"),
        ('{"event":5}', "event must be text"),
    ],
)
def test_what_is_no_dialect_is_refused(first_message: str | bytes, complaint: str) -> None:
    with pytest.raises(MalformedMessage, match=f"^{complaint}"):
        tell_apart([], first_message)


def test_each_client_gets_an_object_of_its_own() -> None:
    assert tell_apart([], NATIVE_START) is not tell_apart([], NATIVE_START)


@pytest.mark.parametrize(
    ("offered", "accepted"),
    [
        ([], None),
        (["chat"], None),
        (["audio.twilio.com"], "audio.twilio.com"),
        (["audio.twilio.com", "audio.confab"], "audio.confab"),
    ],
)
def test_only_a_subprotocol_that_was_offered_is_accepted(
    offered: list[str], accepted: str | None
) -> None:
    assert subprotocol_to_accept(offered) == accepted


def test_each_dialect_goes_by_its_name_in_the_table() -> None:
    assert list(DIALECTS) == ["native", "twilio"]
    for name, dialect in DIALECTS.items():
        assert {dialect.name, dialect.server().name, dialect.client().name} == {name}
