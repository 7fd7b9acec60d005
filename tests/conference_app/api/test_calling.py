"""POST Calls and POST Participants: what is taken, what is refused, what comes back."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from conference_app.models import Account, Call, Conference, ConferenceStatus
from conference_app.services import calling, dialing
from conference_app.services.call_plan import PlacedCall
from conference_app.twiml import Beep, Dial, TwimlDocument
from tests.builders import build_application, build_conference
from tests.conference_app.api.requests import error_of, path_of, post_form
from tests.conference_app.api.shapes import PARTICIPANT

pytestmark = pytest.mark.django_db(transaction=True)

CALLS = "/Calls.json"
PARTICIPANTS = "/Conferences/Room 1234/Participants.json"
TWIML = "<Response/>"


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> list[PlacedCall]:
    """The calls that were to be made."""
    carried: list[PlacedCall] = []
    monkeypatch.setattr(dialing, "check_that_calls_are_made", lambda: None)
    monkeypatch.setattr(dialing, "carry", carried.append)
    return carried


def post_pairs(client: Client, path: str, pairs: list[tuple[str, str]]) -> Any:
    """POST a form in which a name may come more than once."""
    return client.post(path, urlencode(pairs), "application/x-www-form-urlencoded")


def test_a_call_is_answered_with_its_resource(
    alice: Account, alices: Client, carried: list[PlacedCall]
) -> None:
    response = post_form(alices, path_of(alice, CALLS), To="client:bob", From="x", Twiml=TWIML)
    assert response.status_code == 201
    told = response.json()
    call = Call.objects.get()
    assert (told["sid"], told["account_sid"], told["to"]) == (call.sid, alice.sid, "client:bob")
    assert (told["status"], told["direction"], told["from"]) == ("queued", "outbound-api", "x")
    assert told["uri"] == f"/2010-04-01/Accounts/{alice.sid}/Calls/{call.sid}.json"
    ((placed,), plan) = carried, carried[0].plan
    assert (placed.address, plan.document, plan.ringing_s) == ("bob", TWIML, 60)


def test_all_that_a_call_may_carry(
    alice: Account, alices: Client, carried: list[PlacedCall]
) -> None:
    pairs = [
        *(("To", "client:bob?a=1&b=2"), ("From", "alice"), ("Url", "/twiml/x"), ("Method", "GET")),
        *(("FallbackUrl", "http://a/fallback"), ("FallbackMethod", "GET"), ("Timeout", "7")),
        *(("StatusCallback", "http://a/s"), ("StatusCallbackMethod", "GET"), ("TimeLimit", "9")),
        *(("StatusCallbackEvent", "initiated"), ("StatusCallbackEvent", "ringing answered")),
        *(("SendDigits", "1wW#"), ("Parameter", "b=3"), ("Parameter", "c==")),
    ]
    assert post_pairs(alices, path_of(alice, CALLS), pairs).status_code == 201
    plan, call = carried[0].plan, Call.objects.get()
    assert plan.answered.voice_url == "http://127.0.0.1:8000/twiml/x"
    assert (plan.answered.method, plan.answered.fallback_url) == ("GET", "http://a/fallback")
    assert (plan.answered.fallback_method, plan.document) == ("GET", None)
    assert (plan.ringing_s, plan.time_limit_s, plan.send_digits) == (7, 9, "1wW#")
    assert dict(plan.parameters) == {"a": "1", "b": "3", "c": "="}
    assert call.status_callback_events == ["initiated", "ringing", "answered"]
    assert (call.status_callback, call.status_callback_method) == ("http://a/s", "GET")


def test_an_application_goes_before_everything_else(
    alice: Account, alices: Client, carried: list[PlacedCall]
) -> None:
    application = build_application(alice)
    form = {"ApplicationSid": application.sid, "Url": "http://a/", "StatusCallback": "http://a/"}
    post_form(alices, path_of(alice, CALLS), To="ws://a/", From="x", Twiml=TWIML, **form)
    call = Call.objects.get()
    assert carried[0].plan.answered.voice_url == application.voice_url
    assert (carried[0].plan.document, call.status_callback) == (None, "")
    assert call.application == application


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"To": None}, 21201),
        ({"To": ""}, 21201),
        ({"From": None}, 21213),
        ({"To": "+15550100"}, 21211),
        ({"To": "sip:bob@example.org"}, 21211),
        ({"To": "client:"}, 21211),
        ({"To": "client:bob?" + "&".join(f"p{n}=1" for n in range(50))}, 21211),
        ({"To": "wss:///x"}, 21211),
        ({"To": "ws://["}, 21211),
        ({"To": "ws://a:99999/"}, 21211),
        ({"To": "ws://a/" + "x" * 255}, 21211),
        ({"To": "client:b\tob"}, 21211),
        ({"To": "[client:"}, 21211),
        ({"From": "a\0b"}, 21212),
        ({"Twiml": None}, 21205),
        ({"Twiml": "x" * 4001}, 20001),
        ({"Url": "javascript:1"}, 21205),
        ({"ApplicationSid": "AP1"}, 21218),
        ({"ApplicationSid": "AP" + "1" * 32}, 21218),
        ({"SendDigits": "1" * 33}, 21206),
        ({"Timeout": "0"}, 21208),
        ({"Timeout": "x"}, 21208),
        ({"TimeLimit": "-1"}, 20001),
        ({"StatusCallback": "x"}, 21402),
        ({"StatusCallbackEvent": "answered sung"}, 20001),
        ({"Parameter": "=x"}, 20001),
        ({"Parameter": "x=" + "y" * 500}, 20001),
        ({"Record": "true"}, 20001),
    ],
)
def test_a_wrong_call_is_told_in_twilios_numbers(
    alice: Account,
    alices: Client,
    carried: list[PlacedCall],
    wrong: dict[str, str | None],
    code: int,
) -> None:
    form = {"To": "client:bob", "From": "alice", "Twiml": TWIML} | wrong
    sent = {name: value for name, value in form.items() if value is not None}
    assert error_of(post_form(alices, path_of(alice, CALLS), **sent)) == (400, code)
    assert not Call.objects.exists()
    assert carried == []


def test_another_accounts_application_is_unknown(
    alice: Account, alices: Client, bob: Account
) -> None:
    theirs = build_application(bob).sid
    form = {"To": "client:bob", "From": "x", "ApplicationSid": theirs}
    assert error_of(post_form(alices, path_of(alice, CALLS), **form)) == (400, 21218)


@pytest.mark.usefixtures("carried")
def test_too_many_calls_are_throttled(
    alice: Account, alices: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "MAX_UNANSWERED", 0)
    form = {"To": "client:bob", "From": "x"}
    assert error_of(post_form(alices, path_of(alice, CALLS), Twiml=TWIML, **form)) == (429, 20429)
    assert error_of(post_form(alices, path_of(alice, PARTICIPANTS), **form)) == (429, 20429)
    assert not Conference.objects.exists()


def test_a_server_that_makes_no_calls_says_so(alice: Account, alices: Client) -> None:
    form = {"To": "client:bob", "From": "x", "Twiml": TWIML}
    assert error_of(post_form(alices, path_of(alice, CALLS), **form)) == (503, 20503)


def test_an_invitation_makes_the_conference_and_is_answered_with_the_participant(
    alice: Account, alices: Client, carried: list[PlacedCall]
) -> None:
    form = {"To": "client:bob", "From": "x", "Label": "bob", "Muted": "true", "EarlyMedia": "no"}
    response = post_form(alices, path_of(alice, PARTICIPANTS), **form)
    assert response.status_code == 201
    told, conference = response.json(), Conference.objects.get()
    assert set(told) == PARTICIPANT
    assert (told["conference_sid"], told["call_sid"]) == (conference.sid, carried[0].call.sid)
    assert (told["status"], told["label"], told["muted"]) == ("queued", "bob", True)
    assert (conference.friendly_name, conference.status) == ("Room 1234", "init")


def test_the_terms_of_an_invitation_become_a_dial(
    alice: Account, alices: Client, carried: list[PlacedCall]
) -> None:
    pairs = [
        *(("To", "client:bob"), ("From", "x"), ("CallerId", "alice"), ("Label", "bob")),
        *(("Beep", "onExit"), ("Muted", "true"), ("StartConferenceOnEnter", "false")),
        *(("EndConferenceOnExit", "true"), ("WaitUrl", "/holdmusic"), ("WaitMethod", "GET")),
        *(
            ("MaxParticipants", "5"),
            ("ConferenceRecord", "true"),
            ("ConferenceTrim", "do-not-trim"),
        ),
        *(("ConferenceStatusCallback", "http://a/c"), ("ConferenceStatusCallbackEvent", "start")),
        *(("ConferenceStatusCallbackEvent", "join leave"), ("JitterBufferSize", "off")),
        *(("ConferenceRecordingStatusCallback", "http://a/r"), ("RecordingTrack", "both")),
        *(("CallSidToCoach", "CA" + "1" * 32), ("Timeout", "8"), ("TimeLimit", "9")),
    ]
    response = post_pairs(alices, path_of(alice, PARTICIPANTS), pairs)
    assert response.status_code == 201
    assert response.json()["coaching"] is True
    plan = carried[0].plan
    assert isinstance(plan.document, TwimlDocument)
    (dial,) = plan.document.verbs
    assert isinstance(dial, Dial)
    terms = dial.conference
    assert (terms.name, terms.participant_label, terms.beep) == ("Room 1234", "bob", Beep.ON_EXIT)
    assert (terms.muted, terms.start_on_enter, terms.end_on_exit) == (True, False, True)
    assert (terms.wait_url, terms.wait_method) == ("http://127.0.0.1:8000/holdmusic", "GET")
    assert (terms.max_participants, terms.record, terms.trim) == (5, True, False)
    assert terms.status_callback_events == ("start", "join", "leave")
    assert (terms.recording_status_callback, terms.jitter_buffer_size) == ("http://a/r", "off")
    assert terms.coach == "CA" + "1" * 32
    assert (plan.ringing_s, plan.time_limit_s) == (8, 9)
    assert carried[0].call.caller == "alice"


@pytest.mark.usefixtures("carried")
def test_a_conference_may_be_named_by_its_sid(alice: Account, alices: Client, bob: Account) -> None:
    def invite(sid: str) -> Any:
        path = path_of(alice, f"/Conferences/{sid}/Participants.json")
        return post_form(alices, path, To="client:bob", From="x")

    conference = build_conference(alice)
    # No engine runs, so that the room is free; the row that was named is what is told.
    assert invite(conference.sid).json()["conference_sid"] == conference.sid
    over = build_conference(alice, "over", status=ConferenceStatus.COMPLETED)
    assert error_of(invite(over.sid)) == (400, 16022)
    assert error_of(invite(build_conference(bob).sid)) == (404, 20404)
    assert error_of(invite("CF" + "0" * 32)) == (404, 20404)
    for no_name in ("x" * 129, "%20", "%00", "a%2Fb"):
        assert error_of(invite(no_name)) == (404, 20404)
    assert invite("%20K%C3%B6ln%20").status_code == 201
    assert Conference.objects.filter(friendly_name="Köln").exists()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"To": "+15550100"}, 21211),
        ({"Label": "a/b"}, 20001),
        ({"Label": "CA" + "1" * 32}, 20001),
        ({"Beep": "loud"}, 20001),
        ({"WaitUrl": "x"}, 21402),
        ({"MaxParticipants": "1"}, 20001),
        ({"Coaching": "true"}, 20001),
        ({"CallSidToCoach": "CA" + "1" * 33}, 20001),
        ({"ConferenceStatusCallbackEvent": "x"}, 20001),
        ({"Timeout": "601"}, 21208),
    ],
)
def test_a_wrong_invitation_is_told_in_twilios_numbers(
    alice: Account, alices: Client, wrong: dict[str, str], code: int
) -> None:
    form = {"To": "client:bob", "From": "alice"} | wrong
    assert error_of(post_form(alices, path_of(alice, PARTICIPANTS), **form)) == (400, code)
    assert not Conference.objects.exists()
