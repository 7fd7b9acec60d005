"""What the attributes of Dial and Conference mean to those who are in the meeting."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

import pytest

from conference_app.headless_caller import HeadlessCaller
from media_engine.dtmf import key_tones
from media_engine.music import enter_beep, exit_beep
from tests.end_to_end.server import Account, Server
from tests.end_to_end.sound import (
    FRAME,
    RATE_HZ,
    heard,
    level_dbfs,
    place_of,
    tone,
)
from tests.end_to_end.waiting import eventually, hear

pytestmark = pytest.mark.end_to_end

KEYS = key_tones("159", RATE_HZ)
AFTERWARDS = '<Play digits="159"/><Hangup/>'
HUM = tone(1000, 1)
SILENT_DBFS = -80.0


@pytest.fixture
def dial(server: Server) -> Callable[..., str]:
    """Write a document that dials a room of the test's own, then plays three keys."""
    room = uuid4().hex

    def write(terms: str = "", *, by: str = "") -> str:
        return f"<Dial {by}><Conference {terms}>{room}</Conference></Dial>{AFTERWARDS}"

    return write


async def goes_on(caller: HeadlessCaller) -> None:
    """Wait until the call has come to its end by its own document, and see that it did."""
    await caller.wait_until_closed(30)
    assert place_of(heard(caller), KEYS) is not None
    assert caller.close_code == 1000


async def test_star_leaves_where_the_dial_says_so(server: Server, dial: Callable[..., str]) -> None:
    leaver = await server.application(dial(by='hangupOnStar="true"'))
    stayer = await server.application(dial())
    async with server.caller(leaver) as alice, server.caller(stayer) as bob:
        await hear(bob, 0.5)
        await bob.send_digit("*")
        await alice.send_digit("*")
        await goes_on(alice)
        conference = await server.conference_of(alice)

        async def bob_alone_is_in() -> bool:
            return await server.people_in(conference) == [bob.call_sid]

        await eventually(bob_alone_is_in)  # the books come after what is heard
        await hear(bob, 0.5)
        assert await bob_alone_is_in()


async def test_the_time_limit_ends_the_dial(server: Server, dial: Callable[..., str]) -> None:
    short = await server.application(dial('waitUrl=""', by='timeLimit="2"'))
    async with server.caller(short) as alice:
        await goes_on(alice)
    seconds = len(heard(alice)) / RATE_HZ
    assert 2 < seconds < 5


async def test_end_conference_on_exit_ends_it_for_all_and_their_calls_go_on(
    server: Server, dial: Callable[..., str]
) -> None:
    chair = await server.application(dial('endConferenceOnExit="true"'))
    member = await server.application(dial())
    async with server.caller(member) as alice, server.caller(member, dialect="twilio") as bob:
        async with server.caller(chair) as carol:
            await hear(carol, 0.5)
        await goes_on(alice)
        await bob.wait_until_closed(30)
    conference = await server.conference_of(alice)
    row = await server.end_of(conference)
    assert row["reason_ended"] == "participant-with-end-conference-on-exit-left"
    assert row["call_sid_ending"] == carol.call_sid


async def test_the_last_single_participant_hears_a_beep_and_then_silence(
    server: Server, dial: Callable[..., str]
) -> None:
    room = await server.application(dial())
    async with server.caller(room) as alice:
        async with server.caller(room) as bob:
            await hear(bob, 1)
        before = len(alice.heard())
        await hear(alice, 2)
    sound = heard(alice)[before:]
    beep = place_of(sound, exit_beep(RATE_HZ))
    assert beep is not None
    assert level_dbfs(sound[beep + len(exit_beep(RATE_HZ)) + FRAME :]) < SILENT_DBFS


async def test_who_comes_muted_is_unheard_until_unmuted(
    server: Server, dial: Callable[..., str]
) -> None:
    silent = 'beep="false" waitUrl=""'
    member = await server.application(dial(silent))
    mute = await server.application(dial(f'{silent} muted="true"'))
    async with server.caller(member) as alice, server.caller(mute, play=HUM, loop=True) as bob:
        await hear(bob, 1)
        conference = await server.conference_of(bob)
        path = f"Conferences/{conference}/Participants/{bob.call_sid}"
        _, participant = await server.rest("GET", path)
        assert participant["muted"] is True
        assert level_dbfs(heard(alice)) < SILENT_DBFS
        await server.rest("POST", path, Muted="false")
        before = len(alice.heard())
        await hear(alice, 0.5)
    assert level_dbfs(heard(alice)[before + 5 * FRAME :]) > -20


async def test_beep_false_makes_none(server: Server, dial: Callable[..., str]) -> None:
    room = await server.application(dial('beep="false" waitUrl=""'))
    async with server.caller(room) as alice:
        async with server.caller(room) as bob:
            await hear(bob, 0.5)
        await hear(alice, 0.5)
    assert level_dbfs(heard(alice)) < SILENT_DBFS
    assert level_dbfs(heard(bob)) < SILENT_DBFS


async def test_an_empty_wait_url_is_silence_before_the_beep(
    server: Server, dial: Callable[..., str]
) -> None:
    room = await server.application(dial('waitUrl=""'))
    async with server.caller(room) as alice:
        await hear(alice, 1)
        async with server.caller(room) as bob:
            await hear(bob, 0.5)
    beep = place_of(heard(alice), enter_beep(RATE_HZ))
    assert beep is not None
    assert beep > 0.9 * RATE_HZ
    assert level_dbfs(heard(alice)[:beep]) < SILENT_DBFS


async def test_rooms_of_one_name_in_two_accounts_never_meet(
    server: Server, dial: Callable[..., str]
) -> None:
    neighbour = Account()
    await asyncio.to_thread(server.bootstrap, neighbour)
    twiml = dial('waitUrl="" beep="false"')
    ours, theirs = [await server.application(twiml, whose) for whose in (None, neighbour)]
    next_door = server.caller(theirs, auth=neighbour.credentials, play=HUM, loop=True)
    async with server.caller(ours, play=HUM, loop=True) as alice, next_door as bob:
        await hear(bob, 1)
        at_alices, at_bobs = [await server.conference_of(caller) for caller in (alice, bob)]
        assert at_alices != at_bobs
        assert await server.people_in(at_alices) == [alice.call_sid]
        status, _ = await server.rest("GET", f"Conferences/{at_bobs}")
        assert status == 404
    assert level_dbfs(heard(alice)) < SILENT_DBFS
    assert level_dbfs(heard(bob)) < SILENT_DBFS


async def test_who_was_kicked_may_come_again_as_another_participant(
    server: Server, dial: Callable[..., str]
) -> None:
    member = dial('beep="false" waitUrl=""')
    second = f"<Redirect>{server.web.put_twiml(member)}</Redirect>"
    twice = await server.application(member.replace(AFTERWARDS, second))
    once = await server.application(member)
    async with server.caller(twice) as alice, server.caller(once, play=HUM, loop=True) as bob:
        await hear(bob, 0.5)
        conference = await server.conference_of(alice)
        await server.rest("DELETE", f"Conferences/{conference}/Participants/{alice.call_sid}")

        async def there_again() -> bool:
            return len(server.books.stays(conference)) == 3

        await eventually(there_again)
        before = len(alice.heard())
        await hear(alice, 0.5)
        assert set(await server.people_in(conference)) == {alice.call_sid, bob.call_sid}
    assert level_dbfs(heard(alice)[before + 5 * FRAME :]) > -20
    stays = [row for row in server.books.stays(conference) if row["stream_sid"] == alice.stream_sid]
    assert len(stays) == 2
    assert stays[0]["reason_left"] == "kicked"
