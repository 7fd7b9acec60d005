"""What a caller hears until the meeting starts: files, documents, silence, the page's own
addresses.
"""

import io

import pytest
import soundfile

from media_engine.dtmf import key_tones
from media_engine.pcm import Pcm
from tests.end_to_end.server import RunServer, Server
from tests.end_to_end.sound import (
    RATE_HZ,
    Signal,
    best_lag,
    correlation,
    heard,
    level_dbfs,
    voice,
)
from tests.end_to_end.waiting import eventually, hear
from tests.end_to_end.web_server import WebServer

pytestmark = pytest.mark.end_to_end

SONG = voice("bob")[:RATE_HZ]


def mp3(pcm: Pcm) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, pcm, RATE_HZ, format="MP3")
    return file.getvalue()


def room(name: str, wait_url: str, method: str = "POST") -> str:
    terms = f'waitUrl="{wait_url}" waitMethod="{method}"'
    return f"<Dial><Conference {terms}>{name}</Conference></Dial>"


def times_heard(sound: Signal, wanted: Pcm) -> int:
    """How often a sound is heard, one after the other."""
    count, at, expected = 0, 0, wanted.astype(float)
    while len(sound) - at >= len(wanted):
        place, _ = best_lag(
            sound[at:], expected, range(min(RATE_HZ, len(sound) - at - len(wanted) + 1))
        )
        if correlation(sound[at + place :][: len(wanted)], expected) < 0.9:
            return count
        count, at = count + 1, at + place + len(wanted)
    return count


async def wait_with(
    server: Server, name: str, wait_url: str, seconds: float, method: str = "POST"
) -> Signal:
    to = await server.application(room(name, wait_url, method))
    async with server.caller(to) as alice:
        await hear(alice, seconds)
    return heard(alice)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_file_is_heard_from_its_beginning_again_and_again(
    server: Server, method: str
) -> None:
    url = server.web.put(mp3(SONG), "audio/mpeg")
    sound = await wait_with(server, f"File {method}", url, 4, method)
    assert times_heard(sound, SONG) >= 3
    assert {asked.method for asked in server.web.asked_for(url)} == {method}


async def test_a_document_is_carried_out_and_then_there_is_silence(server: Server) -> None:
    url = server.web.put_twiml('<Play digits="12"/><Pause length="1"/><Play digits="3"/>')
    sound = await wait_with(server, "Document", url, 4)
    assert times_heard(sound[:RATE_HZ], key_tones("12", RATE_HZ)) == 1
    assert level_dbfs(sound[-RATE_HZ:]) < -80


async def test_a_redirect_to_itself_makes_a_document_loop(server: Server) -> None:
    url = server.web.put_twiml('<Play digits="12"/><Pause length="1"/><Redirect/>')
    await wait_with(server, "Loop", url, 5)
    assert 2 <= len(server.web.asked_for(url)) <= 6


async def test_a_document_that_only_redirects_is_not_asked_for_without_end(server: Server) -> None:
    url = server.web.put_twiml("<Redirect/>")
    await wait_with(server, "Spin", url, 3)
    assert len(server.web.asked_for(url)) <= 5


async def test_the_bridge_tells_a_wait_url_who_waits(server: Server) -> None:
    url = server.web.put_twiml('<Play digits="1"/>')
    to = await server.application(room("Told", url))
    async with server.caller(to, from_="alice") as alice:
        await hear(alice, 0.5)
    (asked,) = server.web.asked_for(url)
    assert (asked.form["CallSid"], asked.form["From"]) == (alice.call_sid, "alice")


@pytest.mark.parametrize(
    "verb", ["<Gather/>", "<Hangup/>", "<Dial><Conference>x</Conference></Dial>", "<Record/>"]
)
async def test_other_verbs_are_error_13238_and_the_call_goes_on(server: Server, verb: str) -> None:
    url = server.web.put_twiml(verb)
    to = await server.application(f'{room("Wrong", url)}<Play digits="9"/>')
    async with server.caller(to) as alice:
        await alice.wait_until_closed(30)
    assert times_heard(heard(alice), key_tones("9", RATE_HZ)) == 1

    async def code() -> bool:
        return bool(server.books.call(alice.stream_sid)["error_code"] == 13238)

    await eventually(code)


async def test_who_can_not_be_given_the_wait_url_goes_on_with_the_next_verb(server: Server) -> None:
    gone = f"{server.web.address}/nothing"
    to = await server.application(f'{room("Refused", gone)}<Play digits="9"/>')
    async with server.caller(to) as alice:
        await alice.wait_until_closed(30)
    assert times_heard(heard(alice), key_tones("9", RATE_HZ)) == 1


@pytest.mark.parametrize(
    "wait_url",
    [
        "http://twimlets.com/holdmusic",
        "http://twimlets.com/holdmusic?Bucket=com.twilio.music.classical",
    ],
)
async def test_the_pages_own_hold_music_plays(server: Server, wait_url: str) -> None:
    sound = await wait_with(server, "Page", wait_url, 4)
    assert level_dbfs(sound[-2 * RATE_HZ :]) > -45


async def test_the_operator_says_what_is_heard_without_a_wait_url_and_after_its_end(
    a_server: RunServer, web: WebServer
) -> None:
    url = web.put_twiml('<Play digits="12"/>')
    settings = {"CONFAB_WAIT_URL": url, "CONFAB_WAIT_REPEATS": "true"}
    with a_server(**settings) as server:
        to = await server.application("<Dial><Conference>Ours</Conference></Dial>")
        async with server.caller(to) as alice:
            await hear(alice, 5)
    assert times_heard(heard(alice)[:RATE_HZ], key_tones("12", RATE_HZ)) == 1
    assert len(web.asked_for(url)) >= 3


async def test_speech_is_heard_while_waiting_and_in_a_call(server: Server) -> None:
    url = server.web.put_twiml("<Say>Please hold the line, somebody will be with you.</Say>")
    waiting = await wait_with(server, "Say", url, 4)
    assert level_dbfs(waiting[: 2 * RATE_HZ]) > -35
    to = await server.application('<Say voice="woman" language="de-DE">Guten Tag.</Say><Hangup/>')
    async with server.caller(to) as alice:
        await alice.wait_until_closed(30)
    assert level_dbfs(heard(alice)) > -35
