"""Play, Pause, Redirect, Reject and Hangup by a call's own ears; what a Dial's action is told."""

import io

import pytest
import soundfile
from twilio.request_validator import RequestValidator

from media_engine.dtmf import key_tones
from media_engine.pcm import Pcm
from tests.end_to_end.server import Server
from tests.end_to_end.sound import (
    FRAME,
    RATE_HZ,
    Signal,
    best_lag,
    correlation,
    heard,
    level_dbfs,
    tone,
    voice,
)
from tests.end_to_end.waiting import hear
from tests.end_to_end.web_server import Asked

pytestmark = pytest.mark.end_to_end

WORDS = voice("alice")[:RATE_HZ]
SONG = voice("carol")[2 * RATE_HZ : 3 * RATE_HZ]
NEVER = '<Play digits="0"/>'
ROOM = '<Conference beep="false" waitUrl="">{}</Conference>'


def sound_file(pcm: Pcm, kind: str) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, pcm, RATE_HZ, format=kind)
    return file.getvalue()


def span(sound: Signal, wanted: Pcm) -> tuple[int, int]:
    """From which sample to which one it is heard; it must be."""
    expected = wanted.astype(float)
    place, _ = best_lag(sound, expected, range(len(sound)))
    assert correlation(sound[place : place + len(wanted)], expected) > 0.95
    return place, place + len(wanted)


async def test_a_document_is_carried_out_verb_by_verb(server: Server) -> None:
    wav = server.web.put(sound_file(WORDS, "WAV"), "audio/wav")
    mp3 = server.web.put(sound_file(SONG, "MP3"), "audio/mpeg")
    second = server.web.put_twiml(f'<Play digits="159"/><Hangup/>{NEVER}')
    first = await server.application(
        f'<Play>{wav}</Play><Pause length="1"/><Play loop="2">{mp3}</Play>'
        f"<Redirect>{second}</Redirect>{NEVER}"
    )
    async with server.caller(first) as alice:
        await alice.wait_until_closed(30)
    sound = heard(alice)
    words = span(sound, WORDS)
    song = span(sound[words[1] :], SONG)
    assert RATE_HZ - FRAME <= song[0] < 3 * RATE_HZ
    assert level_dbfs(sound[words[1] + FRAME :][: RATE_HZ - 2 * FRAME]) < -80
    again = span(sound[words[1] + song[1] :], SONG)
    assert again[0] == pytest.approx(0, abs=FRAME)
    rest = sound[words[1] + song[1] + again[1] :]
    keys = span(rest, key_tones("159", RATE_HZ))
    assert level_dbfs(rest[keys[1] + FRAME :]) < -80  # and nothing after the Hangup
    assert alice.close_code == 1000


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "failed")])
async def test_reject_turns_the_caller_away(server: Server, reason: str, status: str) -> None:
    to = await server.application(f'<Reject reason="{reason}"/>{NEVER}')
    async with server.caller(to) as alice:
        await alice.wait_until_closed(30)
    assert server.books.call(alice.stream_sid)["status"] == status
    assert level_dbfs(heard(alice)) < -80


async def ask_after_leaving(server: Server, how: str) -> tuple[Asked, dict[str, str]]:
    """Have a call dial, leave and ask the Dial's action; give the request, and who called."""
    action = server.web.put_twiml('<Play digits="159"/>')
    room = ROOM.format(how)
    leaver = await server.application(
        f'<Dial action="{action}" hangupOnStar="true">{room}</Dial>{NEVER}'
    )
    stayer = await server.application(f"<Dial>{room}</Dial>")
    async with server.caller(stayer) as bob, server.caller(leaver, from_="+15550100") as alice:
        await hear(bob, 0.5)
        if how == "star":
            await alice.send_digit("*")
        else:
            conference = await server.conference_of(alice)
            await server.rest("DELETE", f"Conferences/{conference}/Participants/{alice.call_sid}")
        await alice.wait_until_closed(30)
    span(heard(alice), key_tones("159", RATE_HZ))
    (asked,) = server.web.asked_for(action)
    return asked, {"CallSid": str(alice.call_sid), "From": "+15550100", "To": leaver}


@pytest.mark.parametrize(("how", "told"), [("star", "answered"), ("kick", "completed")])
async def test_the_dials_action_is_told_how_it_ended(server: Server, how: str, told: str) -> None:
    asked, caller = await ask_after_leaving(server, how)
    assert asked.method == "POST"
    assert asked.form["DialCallStatus"] == told
    assert asked.form["DialBridged"] == "true"
    assert asked.form["AccountSid"] == server.account.sid
    assert caller.items() <= asked.form.items()


async def test_requests_are_signed_as_twilio_signs(server: Server) -> None:
    asked, _ = await ask_after_leaving(server, "signed")
    validator = RequestValidator(server.account.auth_token)
    assert validator.validate(asked.url, asked.form, asked.signature)
    assert not validator.validate(asked.url, asked.form | {"From": "mallory"}, asked.signature)


async def test_a_full_rooms_dial_tells_its_action_that_it_failed(server: Server) -> None:
    action = server.web.put_twiml("<Hangup/>")
    room = ROOM.format("Small").replace("<Conference", '<Conference maxParticipants="1"')
    to = await server.application(f'<Dial action="{action}">{room}</Dial>')
    async with server.caller(to) as bob:
        await hear(bob, 0.5)
        async with server.caller(to) as alice:
            await alice.wait_until_closed(30)
        (asked,) = server.web.asked_for(action)
    assert asked.form["DialCallStatus"] == "failed"
    assert asked.form["CallSid"] == alice.call_sid


async def test_a_wait_url_is_what_a_waiting_caller_hears(server: Server) -> None:
    song = server.web.put(sound_file(tone(700, 0.5), "WAV"), "audio/wav")
    to = await server.application(
        f'<Dial><Conference waitUrl="{song}" waitMethod="GET">Wait</Conference></Dial>'
    )
    async with server.caller(to) as alice:
        await hear(alice, 2)
    sound = heard(alice)
    begin = int((sound != 0).argmax())
    assert level_dbfs(sound[begin : begin + RATE_HZ]) == pytest.approx(-15, abs=0.5)
    (asked,) = server.web.asked_for(song)
    assert asked.method == "GET"
