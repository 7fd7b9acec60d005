"""What goes wrong in a call is in the account's debugger log, with Twilio's code."""

from contextlib import suppress

import pytest

from conference_app.headless_caller import CallFailed
from tests.end_to_end.books import Row
from tests.end_to_end.server import Account, Server
from tests.end_to_end.waiting import eventually, hear

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def account(server: Server) -> Account:
    """An account that nobody else calls."""
    account = Account()
    server.bootstrap(account)
    return account


async def alerts_after(server: Server, account: Account, to: str) -> list[Row]:
    """Call and stay until the call is over; give the entries that this brought."""
    before = len(server.books.alerts(account.sid))
    with suppress(CallFailed):
        async with server.caller(to, auth=account.credentials) as caller:
            await hear(caller, 10)  # it is closed before

    async def new_ones() -> list[Row]:
        return server.books.alerts(account.sid)[before:]

    return await eventually(new_ones)


async def test_a_document_that_is_not_there(server: Server, account: Account) -> None:
    application = await server.application_at(f"{server.web.address}/nothing?key=secret", account)
    (alert,) = await alerts_after(server, account, application)
    assert (alert["level"], alert["code"]) == ("error", 11217)
    assert alert["request_url"] == f"{server.web.address}/nothing?…"
    assert alert["call_sid"].startswith("CA")


async def test_a_value_that_is_none(server: Server, account: Account) -> None:
    application = await server.application(
        '<Dial><Conference beep="loud">Room</Conference></Dial>', account
    )
    (alert,) = await alerts_after(server, account, application)
    assert (alert["level"], alert["code"]) == ("error", 13235)


async def test_an_attribute_that_is_unknown_is_a_warning(server: Server, account: Account) -> None:
    application = await server.application('<Pause length="1" colour="red"/>', account)
    (alert,) = await alerts_after(server, account, application)
    assert (alert["level"], alert["code"]) == ("warning", 12200)


@pytest.mark.parametrize(
    ("document", "level", "code"),
    [
        ('<Play digits="1"/><Play>{address}/nothing.mp3</Play>', "error", 11217),
        ('<Pause length="1"/><Redirect>{address}/nothing</Redirect>', "error", 11217),
        ('<Play digits="1"/><Play>{noise}</Play>', "error", 12300),
        ('<Pause length="1"/><Redirect>{wrong}</Redirect>', "error", 13238),
        ('<Play digits="1" colour="red"/><Redirect/>', "warning", 12200),
        ('<Pause length="1"/><Say voice="Caruso">Hello</Say>', "warning", 13512),
    ],
)
async def test_a_wait_document_that_fails_while_it_is_carried_out(
    server: Server, account: Account, document: str, level: str, code: int
) -> None:
    web = server.web
    noise, wrong = web.put(b"no sound" * 99, "audio/mpeg"), web.put_twiml("<Gather/>")
    url = web.put_twiml(document.format(address=web.address, noise=noise, wrong=wrong))
    wait = f'<Conference waitUrl="{url}">Alone</Conference>'
    application = await server.application(f'<Dial timeLimit="4">{wait}</Dial>', account)
    (alert,) = await alerts_after(server, account, application)
    assert (alert["level"], alert["code"]) == (level, code)


async def test_a_wait_url_whose_first_sound_is_none(server: Server, account: Account) -> None:
    noise = server.web.put(b"no sound" * 99, "audio/mpeg")
    wait = f'<Conference waitUrl="{noise}">Alone</Conference>'
    application = await server.application(f"<Dial>{wait}</Dial>", account)
    (alert,) = await alerts_after(server, account, application)
    assert (alert["level"], alert["code"]) == ("error", 12300)


async def test_a_voice_that_is_not_known_is_a_warning(server: Server, account: Account) -> None:
    verbs = '<Say voice="Caruso">One</Say><Say voice="alice" language="xx">Two</Say>'
    alerts = []
    application = await server.application(verbs, account)
    alerts = await alerts_after(server, account, application)
    assert {(alert["level"], alert["code"]) for alert in alerts} == {("warning", 13512)}
    assert "'Caruso'" in alerts[0]["message"]


async def test_somebody_called_who_is_not_there(server: Server, account: Account) -> None:
    (alert,) = await alerts_after(server, account, "nobody")
    assert (alert["code"], alert["call_sid"]) == (21218, None)
