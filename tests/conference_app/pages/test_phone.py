"""The first page, and the tickets that its phone asks for."""

from typing import Any

import jwt
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.staticfiles.finders import find
from django.test import Client
from pytest_django import Settings

from conference_app.models import Account, AccountStatus, Application, ConferenceStatus, Room
from conference_app.services import demo
from conference_app.streams.access_tokens import read_access_token
from conference_app.streams.proven_caller import ProvenCaller
from conference_app.twiml import Dial, parse
from tests.builders import build_account, build_application, build_conference, build_participant

pytestmark = pytest.mark.django_db

START = "/phone/start"
CALL = {"name": "Eve", "room": "Lobby"}
LOG_IN = "Log in to call"


@pytest.fixture
def demo_account() -> Account:
    """The account of the first start, with its applications."""
    account, _ = demo.ensure_account()
    demo.ensure_applications(account=account)
    return account


@pytest.fixture
def newcomer(demo_account: Account) -> Client:
    """Somebody at this very machine, who has not logged in."""
    return Client(headers={"host": "127.0.0.1:8000"})


def operator(**user: Any) -> Client:
    """Somebody who has logged in, elsewhere."""
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.force_login(get_user_model().objects.create_user("olga", **user))
    return client


def test_it_lists_what_can_be_called(newcomer: Client) -> None:
    page = newcomer.get("/").content.decode()
    for example in demo.EXAMPLES:
        assert f'value="{example.name}"' in page


def test_without_demo_applications_it_says_how_to_get_them() -> None:
    demo.ensure_account()
    page = Client(headers={"host": "localhost"}).get("/").content.decode()
    assert "manage.py bootstrap" in page


def test_it_counts_live_conferences(alice: Account, stranger: Client) -> None:
    build_conference(alice, "one", status=ConferenceStatus.COMPLETED)
    assert "No conference" in stranger.get("/").content.decode()
    build_conference(alice, "two")
    assert "1 conference in progress" in stranger.get("/").content.decode()


def test_strangers_see_no_name_and_no_secret(
    alice: Account, stranger: Client, demo_account: Account
) -> None:
    build_application(alice, "private-application")
    build_conference(alice, "private-room")
    page = stranger.get("/").content.decode()
    assert LOG_IN in page
    for hidden in ("private", "/twiml/EH", demo_account.sid, demo_account.auth_token):
        assert hidden not in page


def test_nothing_in_it_is_inline_and_it_can_not_be_framed(newcomer: Client) -> None:
    response = newcomer.get("/")
    page = response.content.decode()
    assert "<style" not in page
    assert page.count("<script") == page.count('<script type="module" src="/static/') == 1
    assert "style=" not in page
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


def test_a_ticket_for_a_room_calls_that_room_and_nothing_else(
    newcomer: Client, demo_account: Account
) -> None:
    ticket = newcomer.post(START, {"name": " Eve  Online ", "room": "R & D <1>"}).json()
    room = Room.objects.get(account=demo_account, name="R & D <1>")
    assert room.application is not None
    proven = read_access_token(ticket["token"])
    assert proven == ProvenCaller(demo_account, "Eve Online", room.application.sid)
    assert ticket["to"] == room.application.sid
    (document,) = demo_account.twiml_bins.filter(friendly_name__startswith="room:")
    assert room.application.voice_url == document.get_absolute_url()
    (dial,) = parse(document.twiml).verbs
    assert isinstance(dial, Dial)
    assert dial.conference.name == room.name


def test_a_room_keeps_its_application(newcomer: Client) -> None:
    tickets = [newcomer.post(START, CALL).json()["to"] for _ in range(2)]
    assert tickets[0] == tickets[1]
    assert Room.objects.count() == 1


def test_a_name_that_is_taken_does_not_keep_a_room_from_its_application(
    newcomer: Client, demo_account: Account
) -> None:
    taken = build_application(demo_account, "room: Lobby")
    assert newcomer.post(START, CALL).json()["to"] != taken.sid


def test_a_ticket_is_good_for_a_minute(newcomer: Client) -> None:
    claims = jwt.decode(
        newcomer.post(START, CALL).json()["token"], options={"verify_signature": False}
    )
    assert claims["exp"] - claims["iat"] == 60


def test_an_example_is_called_by_its_name(newcomer: Client, demo_account: Account) -> None:
    form = CALL | {"application": "simple-conference"}
    application = Application.objects.get(account=demo_account, friendly_name="simple-conference")
    assert newcomer.post(START, form).json()["to"] == application.sid
    assert not Room.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 65},
        {"name": "a\0b"},
        {"name": "a\x1bb"},
        {"room": " "},
        {"room": "x" * 129},
        {"room": "a\0b"},
        {"room": "\ufffe"},
    ],
)
def test_names_that_are_none_are_refused(newcomer: Client, wrong: dict[str, str]) -> None:
    response = newcomer.post(START, CALL | wrong)
    assert response.status_code == 400
    assert "characters" in response.json()["message"]


TAKE_CALLS = "/phone/take-calls"


def test_a_token_to_be_called_rings_at_its_name_and_calls_nobody(
    newcomer: Client, demo_account: Account
) -> None:
    told = newcomer.post(TAKE_CALLS, {"identity": " Eve  Online "}).json()
    assert told["identity"] == "Eve Online"
    proven = read_access_token(told["token"])
    assert proven == ProvenCaller(demo_account, "Eve Online", takes_calls=True)


@pytest.mark.parametrize("identity", ["", " ", "x" * 65, "a\0b", "eve?a=b"])
def test_nobody_is_called_by_what_is_no_name(newcomer: Client, identity: str) -> None:
    response = newcomer.post(TAKE_CALLS, {"identity": identity})
    assert response.status_code == 400
    assert "name" in response.json()["message"]


def test_a_token_to_call_takes_no_calls(newcomer: Client) -> None:
    assert not read_access_token(newcomer.post(START, CALL).json()["token"]).takes_calls


@pytest.mark.parametrize("path", [TAKE_CALLS, "/phone/test-speaker"])
def test_strangers_take_no_calls_and_call_no_test_speaker(demo_account: Account, path: str) -> None:
    assert Client(REMOTE_ADDR="192.0.2.7").post(path, {"identity": "Eve"}).status_code == 403


def test_a_test_speaker_comes_to_ones_own_meetings_only(newcomer: Client, alice: Account) -> None:
    person = build_participant(build_conference(alice))
    response = newcomer.post("/phone/test-speaker", {"callSid": person.call.sid})
    assert response.status_code == 404
    assert response.json() == {"message": "You are in no meeting yet."}


def test_who_asks_for_the_icon_by_its_old_name_gets_it() -> None:
    response = Client().get("/favicon.ico")
    assert response.status_code == 301
    assert find(response["Location"].removeprefix("/static/"))


@pytest.mark.parametrize("application", ["nobody", "a\0b", "AP" + "0" * 32])
def test_an_application_that_is_not_there_is_said_so(newcomer: Client, application: str) -> None:
    assert newcomer.post(START, CALL | {"application": application}).status_code == 404


def test_another_accounts_application_is_not_there(newcomer: Client, alice: Account) -> None:
    sid = build_application(alice).sid
    assert newcomer.post(START, CALL | {"application": sid}).status_code == 404


def test_a_form_from_elsewhere_is_refused(demo_account: Account) -> None:
    client = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1:8000"})
    client.get("/")
    assert client.post(START, CALL).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"headers": {"host": "testserver"}},
        {"headers": {"host": "127.0.0.1:8000", "x-forwarded-for": "192.0.2.7"}},
        {"headers": {"host": "127.0.0.1:8000", "forwarded": "for=192.0.2.7"}},
        {"headers": {"host": "127.0.0.1:8000", "via": "1.1 proxy"}},
    ],
    ids=["another machine", "another name", "X-Forwarded-For", "Forwarded", "Via"],
)
def test_nobody_else_calls_without_a_login(demo_account: Account, changes: dict[str, Any]) -> None:
    client = Client(**({"headers": {"host": "127.0.0.1:8000"}} | changes))
    assert LOG_IN in client.get("/").content.decode()
    assert client.post(START, CALL).status_code == 403


def test_a_server_that_is_for_the_world_asks_everybody_to_log_in(
    newcomer: Client, settings: Settings
) -> None:
    settings.CONFAB_PUBLIC_URL = "https://voice.example.org"
    assert newcomer.post(START, CALL).status_code == 403


def test_operators_call_for_the_account_that_they_name(demo_account: Account) -> None:
    client = operator(is_staff=True, is_superuser=True)
    other = build_account("Other")
    assert newest_room(client, CALL).account == demo_account
    assert newest_room(client, CALL | {"account": other.sid}).account == other
    assert client.post(START, CALL | {"account": "AC" + "0" * 32}).status_code == 403
    assert f'value="{other.sid}"' in client.get(f"/?account={other.sid}").content.decode()


def test_operators_call_for_no_account_that_is_not_theirs(demo_account: Account) -> None:
    client = operator(is_staff=True)
    olga = get_user_model().objects.get(username="olga")
    olga.user_permissions.add(Permission.objects.get(codename="add_call"))
    first, second, foreign = (build_account(name) for name in ("First", "Second", "Foreign"))
    olga.accounts.set([second, first])
    assert newest_room(client, CALL).account == first
    assert newest_room(client, CALL | {"account": second.sid}).account == second
    for url, form in (
        (START, CALL),
        ("/phone/take-calls", {"identity": "olga"}),
        ("/phone/test-speaker", {"callSid": build_participant(build_conference(foreign)).call.sid}),
    ):
        for account in (foreign, demo_account):
            assert client.post(url, form | {"account": account.sid}).status_code == 403
    page = client.get(f"/?account={foreign.sid}").content.decode()
    assert "olga is the operator of no account" in page
    assert foreign.sid not in page
    assert client.post(START, CALL | {"room": "Third"}).status_code == 200
    assert not Room.objects.filter(account__in=[foreign, demo_account], name="Lobby").exists()
    first.status = AccountStatus.SUSPENDED
    first.save()
    assert newest_room(client, CALL | {"room": "Fourth"}).account == second


def test_who_sits_here_calls_for_the_demo_account_only(
    newcomer: Client, demo_account: Account, alice: Account
) -> None:
    assert newcomer.post(START, CALL | {"account": demo_account.sid}).status_code == 200
    assert newcomer.post(START, CALL | {"account": alice.sid}).status_code == 403


def newest_room(client: Client, form: dict[str, str]) -> Room:
    assert client.post(START, form).status_code == 200
    return Room.objects.order_by("-id")[0]


def test_whether_an_operator_may_call_is_a_permission(demo_account: Account) -> None:
    client = operator(is_staff=True)
    assert client.post(START, CALL).status_code == 403
    assert "olga may not place calls" in client.get("/").content.decode()
    olga = get_user_model().objects.get(username="olga")
    olga.user_permissions.add(Permission.objects.get(codename="add_call"))
    assert client.post(START, CALL).status_code == 403
    assert "olga is the operator of no account" in client.get("/").content.decode()
    olga.accounts.add(demo_account)
    assert client.post(START, CALL).status_code == 200
