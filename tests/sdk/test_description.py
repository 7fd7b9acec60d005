"""Every answer of ours is one that Twilio's description of its API allows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from django.test import Client

from conference_app.models import Account, RecordingStatus
from conference_app.services import dialing
from media_engine.commands import Command
from tests.builders import (
    NOON,
    build_application,
    build_call,
    build_conference,
    build_participant,
    build_recording,
)
from tests.sdk.described import Operation, faults, operations

NOT_SERVED: Final = {
    "POST /Accounts/{AccountSid}/Calls/{CallSid}/Streams.json",
    "POST /Accounts/{AccountSid}/Calls/{CallSid}/Streams/{Sid}.json",
    "POST /Accounts/{AccountSid}/Calls/{CallSid}/Transcriptions.json",
    "POST /Accounts/{AccountSid}/Calls/{CallSid}/Transcriptions/{Sid}.json",
    "GET /Accounts/{AccountSid}/Recordings/{RecordingSid}/Transcriptions.json",
    "GET /Accounts/{AccountSid}/Recordings/{RecordingSid}/Transcriptions/{Sid}.json",
    "DELETE /Accounts/{AccountSid}/Recordings/{RecordingSid}/Transcriptions/{Sid}.json",
    # Accounts are the operator's to make.
    "POST /Accounts.json",
}

FORMS: Final = {
    "POST /Accounts/{Sid}.json": {"FriendlyName": "Al"},
    "POST /Accounts/{AccountSid}/Applications.json": {"FriendlyName": "new"},
    "POST /Accounts/{AccountSid}/Applications/{Sid}.json": {"VoiceMethod": "GET"},
    "POST /Accounts/{AccountSid}/Calls/{Sid}.json": {"Status": "completed"},
    "POST /Accounts/{AccountSid}/Calls.json": {
        "To": "client:bob",
        "From": "desk",
        "Twiml": "<Response/>",
    },
    "POST /Accounts/{AccountSid}/Conferences/{ConferenceSid}/Participants.json": {
        "To": "client:bob",
        "From": "desk",
    },
    "POST /Accounts/{AccountSid}/Calls/{CallSid}/Recordings.json": {"RecordingChannels": "dual"},
    "POST /Accounts/{AccountSid}/Calls/{CallSid}/Recordings/{Sid}.json": {"Status": "stopped"},
    "POST /Accounts/{AccountSid}/Conferences/{Sid}.json": {"Status": "completed"},
    "POST /Accounts/{AccountSid}/Conferences/{ConferenceSid}/Participants/{CallSid}.json": {
        "Muted": "true"
    },
    "POST /Accounts/{AccountSid}/Conferences/{ConferenceSid}/Recordings/{Sid}.json": {
        "Status": "paused"
    },
}
"""What is sent where something must be said."""


@dataclass(frozen=True)
class World:
    """What Alice has: one thing of each kind that a path can name, with company in its list."""

    client: Client
    sids: dict[str, str]
    ended_call: str
    call_recording: str

    def ask(self, operation: Operation) -> Any:
        """Make the request of an operation."""
        names = operation.path.removesuffix(".json").split("/")
        for place, name in enumerate(names):
            if name.startswith("{"):
                names[place] = self._sid(operation, names[place - 1])
        form = urlencode(FORMS.get(str(operation), {}))
        content_type = "application/x-www-form-urlencoded"
        path = f"{'/'.join(names)}.json"
        return self.client.generic(operation.method, path, form, content_type=content_type)

    def _sid(self, operation: Operation, collection: str) -> str:
        if collection == "Calls" and operation.path.endswith("/Calls/{Sid}.json"):
            return self.ended_call if operation.method == "DELETE" else self.sids["Calls"]
        if str(operation).startswith("POST") and collection == "Recordings":
            return "Twilio.CURRENT"
        if "/Calls/{CallSid}/Recordings/" in operation.path and collection == "Recordings":
            return self.call_recording
        return self.sids[collection]


@pytest.fixture
def world(
    alice: Account,
    alices: Client,
    media_root: Path,
    posted: list[Command],
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    monkeypatch.setattr(dialing, "check_that_calls_are_made", lambda: None)
    monkeypatch.setattr(dialing, "carry", lambda _: None)
    conference = build_conference(alice)
    build_conference(
        alice, "over", status="completed", reason_ended="last-participant-left", region="us1"
    )
    participant = build_participant(conference, label="customer")
    ended = build_call(alice, status="completed", ended_at=NOON)
    running = build_recording(conference, b"", status=RecordingStatus.IN_PROGRESS)
    failed = build_recording(conference, b"", status=RecordingStatus.FAILED, error="disk full")
    assert running.pk < failed.pk
    by_dial = {"source": "DialVerb", "track": "both", "status": RecordingStatus.IN_PROGRESS}
    build_recording(participant.call, b"", **by_dial)
    return World(
        client=alices,
        ended_call=ended.sid,
        call_recording=build_recording(participant.call, b"RIFF", track="both").sid,
        sids={
            "Accounts": alice.sid,
            "Applications": build_application(alice).sid,
            "Calls": participant.call.sid,
            "Conferences": conference.sid,
            "Participants": participant.call.sid,
            "Recordings": build_recording(conference, b"RIFF").sid,
            "Streams": "MZ" + "0" * 32,
            "Transcriptions": "GT" + "0" * 32,
        },
    )


SERVED: Final = [operation for operation in operations() if str(operation) not in NOT_SERVED]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("operation", SERVED, ids=str)
def test_what_is_answered_is_what_is_described(world: World, operation: Operation) -> None:
    response = world.ask(operation)
    assert response.status_code in operation.answers, response.content
    schema = operation.answers[response.status_code]
    if schema is None:
        assert response.content == b""
    else:
        assert faults(response.json(), schema) == []


@pytest.mark.django_db(transaction=True)
def test_nothing_else_is_not_served(world: World) -> None:
    for operation in operations():
        if str(operation) not in {str(served) for served in SERVED}:
            assert world.ask(operation).status_code in (404, 405), f"{operation} is served now"
    described = {str(operation) for operation in operations()}
    assert described >= NOT_SERVED


def test_a_wrong_answer_would_be_found() -> None:
    (fetch,) = (one for one in SERVED if str(one).endswith("GET /Accounts/{Sid}.json"))
    schema = fetch.answers[200]
    told = {"sid": "CF1", "status": "asleep", "date_created": "2026-03-02T12:00:00Z"}
    found = "\n".join(faults(told, schema))
    for fault in ("$.sid", "$.status", "$.date_created", "'uri' is a required property"):
        assert fault in found
