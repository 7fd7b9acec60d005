"""The seven examples of the feature page, in its own words, by the ears of those who call.

Each document is served by a user's web server under a .php name; its relative URLs lead there.
"""

import io
from http import HTTPStatus

import aiohttp
import numpy as np
import pytest
import soundfile

from conference_app.headless_caller import HeadlessCaller
from media_engine.dtmf import key_tones
from media_engine.music import enter_beep, exit_beep
from tests.conference_app.twiml.examples import EXAMPLES
from tests.end_to_end.server import Account, Server
from tests.end_to_end.sound import (
    FRAME,
    RATE_HZ,
    Signal,
    heard,
    level_dbfs,
    place_of,
    tone,
    tone_dbfs,
)
from tests.end_to_end.waiting import eventually, hear
from tests.end_to_end.web_server import Asked

pytestmark = pytest.mark.end_to_end

ALICES_HZ, BOBS_HZ = 700, 1100
ALICES, BOBS = (tone(hz, 1) for hz in (ALICES_HZ, BOBS_HZ))
LOUD_DBFS, UNHEARD_DBFS, SILENT_DBFS = -20.0, -60.0, -80.0


async def page(server: Server, example: str) -> str:
    """Serve a document of the page, and give who is to be called for it."""
    document = EXAMPLES[example][0].encode()
    url = server.web.put(document, "text/xml", path=f"/{example}/voice.php")
    return await server.application_at(url)


def answer(server: Server, example: str, name: str, verbs: str = "") -> str:
    """Serve what a relative URL of a document leads to; give its URL."""
    document = f"<Response>{verbs}</Response>".encode()
    return server.web.put(document, "text/xml", path=f"/{example}/{name}")


def lately(caller: HeadlessCaller, seconds: float = 0.5) -> Signal:
    return heard(caller)[-round(seconds * RATE_HZ) :]


async def hears(caller: HeadlessCaller, hz: float) -> None:
    """Wait until somebody has heard a tone for half a second."""

    async def is_loud() -> bool:
        return tone_dbfs(lately(caller), hz) > LOUD_DBFS

    await eventually(is_loud)


def has_music(sound: Signal, hold_music: Signal) -> bool:
    """Whether the default hold music begins in a sound."""
    return place_of(sound, hold_music[:RATE_HZ].astype(np.int16)) is not None


async def hears_music(caller: HeadlessCaller, hold_music: Signal) -> None:
    """Wait until somebody has heard the default hold music begin."""

    async def has_heard_it() -> bool:
        return has_music(heard(caller), hold_music)

    await eventually(has_heard_it)


async def ended_because(server: Server, caller: HeadlessCaller) -> str:
    row = await server.end_of(await server.conference_of(caller))
    return str(row["reason_ended"])


async def asked_of(server: Server, url: str, count: int = 1) -> list[Asked]:
    """Give the requests for a URL, once there are so many."""

    async def ask() -> list[Asked] | None:
        asked = server.web.asked_for(url)
        return asked if len(asked) >= count else None

    return await eventually(ask)


async def test_example_1_a_simple_conference(server: Server, hold_music: Signal) -> None:
    number = await page(server, "1-simple")
    async with server.caller(number) as alice:
        await hears_music(alice, hold_music)
        waited = len(heard(alice))
        async with server.caller(number) as bob:
            await hear(bob, 1)
            alice.play(ALICES, loop=True)
            bob.play(BOBS, loop=True)
            await hear(bob, 1)
            await hears(alice, BOBS_HZ)
            await hears(bob, ALICES_HZ)
    sound = heard(alice)[waited - RATE_HZ // 2 :]
    beep = place_of(sound, enter_beep(RATE_HZ))
    assert beep is not None
    after_the_beep = sound[beep + len(enter_beep(RATE_HZ)) + FRAME :]
    assert level_dbfs(after_the_beep[: RATE_HZ // 4]) < SILENT_DBFS  # the music has ended


async def test_example_2_a_moderated_conference(server: Server, hold_music: Signal) -> None:
    participant = await page(server, "2-moderated-participant")
    moderator = await page(server, "2-moderated-moderator")
    async with (
        server.caller(participant) as alice,
        server.caller(participant, play=BOBS, loop=True) as bob,
    ):
        await hears_music(alice, hold_music)
        await hears_music(bob, hold_music)
        async with server.caller(moderator) as carol:
            await hear(carol, 1.5)
            await hears(alice, BOBS_HZ)
            await hears(carol, BOBS_HZ)
        await alice.wait_until_closed(30)
        await bob.wait_until_closed(30)
    assert {alice.close_code, bob.close_code} == {1000}  # their documents came to their ends
    why = await ended_because(server, alice)
    assert why == "participant-with-end-conference-on-exit-left"


async def test_example_3_join_a_conference_muted(server: Server) -> None:
    muted = await page(server, "3-muted")
    speaker = await server.application("<Dial><Conference>SimpleRoom</Conference></Dial>")
    async with (
        server.caller(speaker, play=BOBS, loop=True) as bob,
        server.caller(muted, play=ALICES, loop=True) as alice,
    ):
        await hear(alice, 1.5)
        await hears(alice, BOBS_HZ)
        assert tone_dbfs(lately(bob), ALICES_HZ) < UNHEARD_DBFS
        conference = await server.conference_of(alice)
        path = f"Conferences/{conference}/Participants/{alice.call_sid}"
        for word, expected in (("false", True), ("true", False)):
            await server.rest("POST", path, Muted=word)
            await hear(bob, 1)
            if expected:
                await hears(bob, ALICES_HZ)
            else:
                assert tone_dbfs(lately(bob), ALICES_HZ) < UNHEARD_DBFS


@pytest.mark.parametrize("who_hangs_up", ["the first", "the second"])
async def test_example_4_bridging_calls(server: Server, who_hangs_up: str) -> None:
    number = await page(server, "4-bridge")
    async with server.caller(number) as alice:
        await hear(alice, 1)
        assert level_dbfs(heard(alice)) < SILENT_DBFS  # no background music
        async with server.caller(number, play=BOBS, loop=True) as bob:
            await hear(bob, 1)
            await hears(alice, BOBS_HZ)
            gone, left = (alice, bob) if who_hangs_up == "the first" else (bob, alice)
            await gone.hang_up()
            await left.wait_until_closed(30)
    assert level_dbfs(heard(bob)) < SILENT_DBFS  # Alice said nothing, and nothing beeped
    assert left.close_code == 1000
    why = await ended_because(server, left)
    assert why == "participant-with-end-conference-on-exit-left"


async def test_example_5_call_on_hold(server: Server, hold_music: Signal) -> None:
    customer = await page(server, "5-on-hold-customer")
    operator = await page(server, "5-on-hold-operator")
    async with server.caller(customer) as alice:
        await hears_music(alice, hold_music)
        async with server.caller(operator) as bob:
            await hear(bob, 1)
            assert level_dbfs(lately(alice)) < SILENT_DBFS  # the music has stopped
            bob.play(BOBS, loop=True)
            await hear(bob, 1)
            await hears(alice, BOBS_HZ)
        await alice.wait_until_closed(30)
    for ding in (enter_beep(RATE_HZ), exit_beep(RATE_HZ)):
        assert place_of(heard(alice), ding) is None
        assert place_of(heard(bob), ding) is None
    assert alice.close_code == 1000


@pytest.mark.slow
async def test_example_6_combining_with_dial_attributes(server: Server) -> None:
    """Bob leaves by the star key; Alice is removed after 30 s; both calls are continued."""
    number = await page(server, "6-dial-attributes")
    action = answer(
        server, "6-dial-attributes", "handleLeaveConference.php", '<Play digits="159"/>'
    )
    async with server.caller(number) as alice, server.caller(number) as bob:
        await hear(bob, 1)
        await bob.send_digit("*")
        await bob.wait_until_closed(30)
        assert not alice.closed
        await alice.wait_until_closed(60)
    for caller in (alice, bob):
        assert place_of(heard(caller)[-2 * RATE_HZ :], key_tones("159", RATE_HZ)) is not None
    assert 29 < len(heard(alice)) / RATE_HZ < 35
    by_star, by_time = await asked_of(server, action, 2)
    assert (by_star.method, by_time.method) == ("POST", "POST")
    assert (by_star.form["CallSid"], by_star.form["DialCallStatus"]) == (bob.call_sid, "answered")
    assert (by_time.form["CallSid"], by_time.form["DialCallStatus"]) == (
        alice.call_sid,
        "completed",
    )
    await ended_because(server, alice)  # another example has a room of the same name


async def test_example_7_recording_a_conference(server: Server, hold_music: Signal) -> None:
    number = await page(server, "7-recorded")
    saved = answer(server, "7-recorded", "saveConferenceRecording.php")
    async with server.caller(number) as alice:
        await hear(alice, 3)
        async with server.caller(number) as bob:
            await hear(bob, 1)
            alice.play(ALICES, loop=True)
            await hear(bob, 1)
    (asked,) = await asked_of(server, saved)
    assert asked.method == "POST"
    recorded = await sound_at(asked.form["RecordingUrl"], server.account)
    assert tone_dbfs(recorded[-RATE_HZ // 2 :], ALICES_HZ) > LOUD_DBFS
    # It began when the two were bridged, three seconds after the music.
    assert 1 < len(recorded) / RATE_HZ < 4
    assert not has_music(recorded, hold_music)


async def sound_at(recording_url: str, account: Account) -> Signal:
    """Fetch a recording as its owner's program does; nobody else may."""
    login = aiohttp.encode_basic_auth(*account.credentials)
    async with aiohttp.ClientSession() as session:
        async with session.get(recording_url) as refused:
            assert refused.status == HTTPStatus.UNAUTHORIZED
        headers = {"Authorization": login}
        async with session.get(f"{recording_url}.mp3", headers=headers) as mp3:
            assert (mp3.status, mp3.content_type) == (HTTPStatus.OK, "audio/mpeg")
        async with session.get(recording_url, headers=headers) as wav:
            assert wav.status == HTTPStatus.OK
            content = await wav.read()
    sound, rate_hz = soundfile.read(io.BytesIO(content), dtype="int16")
    assert rate_hz == RATE_HZ
    return np.asarray(sound, dtype=np.float64)
