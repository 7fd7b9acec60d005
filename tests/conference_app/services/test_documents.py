"""With what a call begins."""

import pytest

from conference_app.models import Account
from conference_app.services import documents
from tests.builders import build_application, build_call, build_twiml_bin

HELLO = "<Response><Say>Hello</Say></Response>"


def test_a_call_begins_with_the_bin_that_its_application_names(alice: Account) -> None:
    path = build_twiml_bin(alice, HELLO).get_absolute_url()
    for voice_url in (path, f"http://127.0.0.1:8000{path}"):
        application = build_application(alice, voice_url, voice_url=voice_url)
        plan = documents.first_plan(build_call(alice, application=application))
        assert plan.document == HELLO
        assert plan.answered.voice_url == f"http://127.0.0.1:8000{path}"


@pytest.mark.parametrize(
    "voice_url",
    [
        "https://example.org/answer",
        "https://example.org/twiml/EH" + "0" * 32,
        "/twiml/EH" + "0" * 32,
        "/holdmusic",
    ],
)
def test_what_is_elsewhere_or_not_there_is_asked_for_when_the_call_is_up(
    alice: Account, voice_url: str
) -> None:
    application = build_application(alice, voice_url=voice_url)
    plan = documents.first_plan(build_call(alice, application=application))
    assert plan.document is None
    assert plan.answered.voice_url.endswith(voice_url)
