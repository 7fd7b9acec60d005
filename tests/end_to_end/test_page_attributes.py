"""What the feature page says of <Conference>'s attributes, sentence by sentence, where no other
module shows it; `docs/twiml.md` says which test shows what.
"""

from collections.abc import Callable
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from conference_app.headless_caller import HeadlessCaller
from media_engine.music import enter_beep, exit_beep
from tests.end_to_end.server import Server
from tests.end_to_end.sound import RATE_HZ, heard, noise, place_of, tone, tone_dbfs
from tests.end_to_end.waiting import eventually, hear
from tests.end_to_end.web_server import Asked

pytestmark = pytest.mark.end_to_end

HUM_HZ = 1000
HUM = tone(HUM_HZ, 1)
SILENT = 'waitUrl="" beep="false"'
CEILING = 40


@pytest.fixture
def dial(server: Server) -> Callable[..., str]:
    """Write a document that dials a room of the test's own."""
    room = uuid4().hex

    def write(terms: str = "", *, by: str = "") -> str:
        return f"<Dial {by}><Conference {terms}>{room}</Conference></Dial>"

    return write


async def test_a_conference_does_not_start_until_at_least_two_participants_join(
    server: Server, dial: Callable[..., str]
) -> None:
    number = await server.application(dial())
    statuses = []
    async with server.caller(number) as alice:
        await hear(alice, 1)
        path = f"Conferences/{await server.conference_of(alice)}"
        statuses.append((await server.rest("GET", path))[1]["status"])
        async with server.caller(number) as bob:
            await hear(bob, 0.5)

            async def started() -> bool:
                return bool((await server.rest("GET", path))[1]["status"] == "in-progress")

            await eventually(started)
    assert statuses == ["init"]


@pytest.mark.parametrize("terms", ["", 'maxParticipants="40"'], ids=["by default", "as asked for"])
async def test_the_maximum_number_of_participants_is_40(
    server: Server, dial: Callable[..., str], terms: str
) -> None:
    number = await server.application(dial(f"{SILENT} {terms}"))
    async with AsyncExitStack() as calls:

        async def come() -> HeadlessCaller:
            caller = server.caller(number, rate_hz=8000, send_silence=False)
            return await calls.enter_async_context(caller)

        first = await come()
        for _ in range(CEILING - 1):
            last = await come()
        await hear(last, 0.2)
        conference = await server.conference_of(first)

        async def all_in() -> bool:
            return len(await server.people_in(conference)) == CEILING

        await eventually(all_in)
        one_too_many = await come()
        await one_too_many.wait_until_closed(30)
        assert server.books.call(one_too_many.stream_sid)["error_code"] == 16020
        assert len(await server.people_in(conference)) == CEILING


@pytest.mark.parametrize("value", ["41", "0", "-1", "many"])
async def test_max_participants_must_be_a_positive_integer_up_to_40(
    server: Server, dial: Callable[..., str], value: str
) -> None:
    number = await server.application(dial(f'maxParticipants="{value}"'))
    async with server.caller(number) as alice:
        await alice.wait_until_closed(30)
    assert server.books.call(alice.stream_sid)["error_code"] == 16002


@pytest.mark.parametrize(
    ("terms", "entering", "leaving"),
    [
        ("", True, True),
        ('beep="true"', True, True),
        ('beep="false"', False, False),
        ('beep="onEnter"', True, False),
        ('beep="onExit"', False, True),
    ],
)
async def test_beep_says_whether_entering_and_leaving_are_heard(
    server: Server, dial: Callable[..., str], terms: str, entering: bool, leaving: bool
) -> None:
    listener = await server.application(dial(SILENT))
    visitor = await server.application(dial(f'waitUrl="" {terms}'))
    async with server.caller(listener) as alice:
        await hear(alice, 0.2)
        async with server.caller(visitor) as bob:
            await hear(bob, 1)
        await hear(alice, 1)
    beeps = [place_of(heard(alice), beep(RATE_HZ)) is not None for beep in (enter_beep, exit_beep)]
    assert beeps == [entering, leaving]


async def test_who_may_not_start_it_enters_a_conference_that_has_started(
    server: Server, dial: Callable[..., str]
) -> None:
    starter = await server.application(dial(SILENT))
    late = await server.application(dial('beep="false" startConferenceOnEnter="false"'))
    async with server.caller(starter, play=HUM, loop=True) as alice, server.caller(starter) as bob:
        await hear(bob, 0.5)
        async with server.caller(late) as carol:
            await hear(carol, 1)
    assert not alice.closed or alice.close_code == 1000
    assert tone_dbfs(heard(carol)[-RATE_HZ // 2 :], HUM_HZ) > -20


async def test_wait_method_defaults_to_post(server: Server, dial: Callable[..., str]) -> None:
    url = server.web.put_twiml('<Play digits="1"/>')
    number = await server.application(dial(f'waitUrl="{url}"'))
    async with server.caller(number) as alice:
        await hear(alice, 0.5)
    assert [asked.method for asked in server.web.asked_for(url)] == ["POST"]


async def asked_once(server: Server, url: str) -> Asked:
    async def ask() -> list[Asked]:
        return server.web.asked_for(url)

    (asked,) = await eventually(ask)
    return asked


@pytest.mark.parametrize("by", ['method="GET"', 'method="POST"', ""])
async def test_action_is_asked_by_the_dials_method_and_post_is_the_default(
    server: Server, dial: Callable[..., str], by: str
) -> None:
    action = server.web.put_twiml("<Hangup/>")
    number = await server.application(
        dial(SILENT, by=f'action="{action}" hangupOnStar="true" {by}')
    )
    async with server.caller(number) as alice:
        await hear(alice, 0.5)
        await alice.send_digit("*")
        await alice.wait_until_closed(30)
    asked = await asked_once(server, action)
    assert asked.method == ("GET" if "GET" in by else "POST")
    assert ("DialCallStatus=answered" in asked.url) is ("GET" in by)


async def test_caller_id_and_timeout_have_no_effect(
    server: Server, dial: Callable[..., str]
) -> None:
    with_both = await server.application(dial(SILENT, by='callerId="+15550100" timeout="1"'))
    other = await server.application(dial(SILENT))
    async with server.caller(with_both, from_="+15550199") as alice:
        await hear(alice, 2)
        async with server.caller(other, play=HUM, loop=True) as bob:
            await hear(bob, 1)
            assert not alice.closed
            assert tone_dbfs(heard(alice)[-RATE_HZ // 2 :], HUM_HZ) > -20
    assert server.books.call(alice.stream_sid)["caller"] == "+15550199"


async def meet_and_be_silent_around_a_word(server: Server, number: str) -> str:
    """Meet for 4 s, of which one second, neither the first nor the last, is not silent."""
    async with server.caller(number) as alice, server.caller(number) as bob:
        await hear(bob, 1.5)
        alice.play(noise(1, 1))
        await hear(bob, 2.5)
        return await server.conference_of(alice)


@pytest.mark.parametrize(
    ("trim", "shortest_s", "longest_s"),
    [("", 0.9, 2.2), ('trim="trim-silence"', 0.9, 2.2), ('trim="do-not-trim"', 3.5, 8)],
)
async def test_trim_silence_is_the_default_and_removes_it_at_both_ends(
    server: Server, dial: Callable[..., str], trim: str, shortest_s: float, longest_s: float
) -> None:
    number = await server.application(dial(f'{SILENT} record="record-from-start" {trim}'))
    recorded = await server.recording_of(await meet_and_be_silent_around_a_word(server, number))
    assert shortest_s < recorded.seconds < longest_s
    assert len(recorded.sound) / RATE_HZ == pytest.approx(recorded.seconds, abs=0.01)


@pytest.mark.parametrize("terms", ["", 'record="do-not-record"'])
async def test_do_not_record_is_the_default_and_sends_no_recording_url(
    server: Server, dial: Callable[..., str], terms: str
) -> None:
    url = server.web.put(b"", "text/plain")
    number = await server.application(dial(f'{SILENT} {terms} eventCallbackUrl="{url}"'))
    async with server.caller(number) as alice, server.caller(number, play=noise(1, 2)) as bob:
        await hear(bob, 1)
        conference = await server.conference_of(alice)
        assert not server.web.asked_for(url)  # only when the conference ends
    asked = await asked_once(server, url)
    assert asked.method == "POST"
    assert "RecordingUrl" not in asked.form
    assert not server.books.recordings(conference)


async def test_end_conference_on_exit_defaults_to_false(
    server: Server, dial: Callable[..., str]
) -> None:
    number = await server.application(dial(SILENT))
    async with server.caller(number, play=HUM, loop=True), server.caller(number) as bob:
        async with server.caller(number) as carol:
            await hear(carol, 0.5)
        await hear(bob, 1)
        assert tone_dbfs(heard(bob)[-RATE_HZ // 2 :], HUM_HZ) > -20
