from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference_app.twiml.resolution import step_for
from conference_app.twiml.steps import (
    CollectDigits,
    Fetch,
    HangUp,
    HangUpReason,
    JoinRoom,
    PlayDigits,
    PlayUrl,
    RejectCall,
    Speak,
    Step,
    Wait,
)
from conference_app.twiml.tag import url_fault
from conference_app.twiml.verbs import (
    Conference,
    Dial,
    Gather,
    Hangup,
    Pause,
    Play,
    Redirect,
    Reject,
    RejectReason,
    Say,
    Verb,
)

HERE = "https://example.com/app/voice.xml?x=1"


@pytest.mark.parametrize(
    ("verb", "step"),
    [
        (Say("hi", "alice", "en-GB", 0), Speak("hi", "alice", "en-GB", 0)),
        (Play("a.wav", 2), PlayUrl("https://example.com/app/a.wav", 2)),
        (Play("/a.wav"), PlayUrl("https://example.com/a.wav")),
        (Play("//b.example/a.wav"), PlayUrl("https://b.example/a.wav")),
        (Play("http://b.example/a.wav"), PlayUrl("http://b.example/a.wav")),
        (Play("a.wav", 2, "12"), PlayDigits("12", 2)),
        (Pause(3), Wait(3)),
        (Redirect(""), Fetch(HERE)),
        (Redirect("?x=2", "GET"), Fetch("https://example.com/app/voice.xml?x=2", "GET")),
        (Redirect("../b#rc=2"), Fetch("https://example.com/b#rc=2")),
        (Hangup(), HangUp(HangUpReason.HANGUP_VERB)),
        (Reject(RejectReason.BUSY), RejectCall(RejectReason.BUSY)),
        (Gather(), CollectDigits(Gather(action=HERE))),
    ],
)
def test_a_verb_becomes_a_step_with_absolute_urls(verb: Verb, step: Step) -> None:
    assert step_for(verb, HERE) == step


def test_the_prompts_of_a_gather_become_absolute_too() -> None:
    gather = Gather(action="pin", prompts=(Say("PIN"), Play("a.wav"), Play(digits="1")))
    assert step_for(gather, HERE) == CollectDigits(
        Gather(
            action="https://example.com/app/pin",
            prompts=(Say("PIN"), Play("https://example.com/app/a.wav"), Play(digits="1")),
        )
    )


def test_every_url_of_a_dial_and_its_conference_becomes_absolute() -> None:
    conference = Conference(
        "room",
        wait_url="a",
        event_callback_url="b",
        status_callback="c",
        recording_status_callback="d",
    )
    step = step_for(Dial(conference, action="e", recording_status_callback="f"), HERE)
    base = "https://example.com/app/"
    absolute = Conference(
        "room",
        wait_url=base + "a",
        event_callback_url=base + "b",
        status_callback=base + "c",
        recording_status_callback=base + "d",
    )
    dial = Dial(absolute, action=base + "e", recording_status_callback=base + "f")
    assert step == JoinRoom(dial, absolute)


@pytest.mark.parametrize("wait_url", [None, ""])
def test_default_music_and_silence_stay_what_they_are(wait_url: str | None) -> None:
    dial = Dial(Conference("room", wait_url=wait_url))
    assert step_for(dial, HERE) == JoinRoom(dial, dial.conference)


@given(
    st.text(alphabet="ab:/?#[]@.%2٣℀\\-", max_size=12)
    | st.text(alphabet="ab:/?#[]@.", max_size=9).map(lambda rest: f"http://{rest}")
)
def test_every_url_that_is_let_through_resolves_to_one_with_a_host(url: str) -> None:
    if url_fault(url) is None:
        step = step_for(Redirect(url), HERE)
        assert isinstance(step, Fetch)
        parts = urlsplit(step.url)
        assert parts.scheme in ("http", "https") and parts.hostname
        assert parts.port is None or 0 <= parts.port <= 65535
