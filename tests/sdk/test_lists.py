"""A hundred and twenty conferences, listed, filtered and paged through; one of them is live."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException

from tests.end_to_end.server import Account, Server
from tests.end_to_end.waiting import hear
from tests.sdk.library import library

pytestmark = pytest.mark.end_to_end

OVER: Final = 119
ROOM: Final = '<Dial><Conference waitUrl="">Daily</Conference></Dial>'


@pytest.fixture(scope="module")
def owner(server: Server) -> Account:
    """An account with conferences that are over."""
    account = Account()
    server.bootstrap(account)
    server.manage(
        "shell",
        *("-v", "0", "-c"),
        f"from tests.sdk.rows import make_conferences; make_conferences('{account.sid}', {OVER})",
    )
    return account


@pytest.fixture
def owners(server: Server, owner: Account) -> Iterator[Any]:
    """The library, with the credentials of that account."""
    with library(server, owner) as client:
        yield client


async def test_all_conferences_are_there_whatever_the_page(
    server: Server, owner: Account, owners: Any
) -> None:
    to = await server.application(ROOM, owner)
    async with server.caller(to, auth=owner.credentials) as alice:
        await hear(alice, 0.5)
        sids = [conference.sid for conference in owners.conferences.list()]
        assert len(set(sids)) == len(sids) == OVER + 1
        assert await server.conference_of(alice) == sids[0]
        for size in (1000, 50, 7):
            listed = [one.sid for one in owners.conferences.stream(page_size=size)]
            assert listed == sids
        (live,) = owners.conferences.list(status="init")
        assert live.friendly_name == "Daily"
        assert live.participants.list()[0].call_sid == alice.call_sid
    assert [one.sid for one in owners.conferences.list(limit=5)] == sids[:5]


def test_pages_lead_forth_and_back(owners: Any) -> None:
    first = owners.conferences.page(status="completed", page_size=50)
    second = first.next_page()
    third = second.next_page()
    pages = [[conference.sid for conference in page] for page in (first, second, third)]
    # That of another test may have ended just now.
    whole = [conference.sid for conference in owners.conferences.list(status="completed")]
    assert [len(page) for page in pages[:2]] == [50, 50]
    assert sum(pages, []) in (whole, whole[1:])
    assert third.next_page() is None
    assert first.previous_page() is None
    assert [conference.sid for conference in third.previous_page()] == pages[1]
    target = owners.conferences.get_page(second.next_page_url)
    assert [conference.sid for conference in target] == pages[2]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"date_created": date(2026, 3, 3)}, 24),
        ({"date_created_before": date(2026, 3, 2)}, 12),
        ({"date_created_after": date(2026, 3, 6), "status": "completed"}, 119 - 12 - 72),
        ({"date_created_after": date(2026, 3, 3), "date_created_before": date(2026, 3, 4)}, 48),
        ({"friendly_name": "Daily", "date_created_before": date(2026, 3, 2)}, 4),
        ({"friendly_name": "Nobody's"}, 0),
    ],
)
def test_filters_are_carried_from_page_to_page(
    owners: Any, filters: dict[str, Any], found: int
) -> None:
    # The live one is of today.
    listed = owners.conferences.list(**filters, page_size=5)
    in_march = [one for one in listed if one.date_created.strftime("%Y-%m") == "2026-03"]
    assert len(in_march) == found


def test_a_wrong_page_is_an_error_with_twilios_code(owners: Any) -> None:
    with pytest.raises(TwilioException, match='"code":20007'):
        owners.conferences.list(page_size=5000, limit=3000)


def test_an_account_sees_no_others(twilio: Any, owners: Any) -> None:
    sid = owners.conferences.list(limit=1)[0].sid
    with pytest.raises(TwilioRestException) as caught:
        twilio.conferences(sid).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)
    (account,) = owners.api.accounts.list()
    assert account.fetch().status == "active"
