"""`manage.py caller` against a real socket: what it prints, saves, and exits with."""

import asyncio
import io
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from django.core.management import CommandError, call_command
from pytest_django import Settings

from conference_app.management.commands.caller import Command
from media_engine.dialects import Answer, Dtmf, Register, Ring, Stop
from tests.conference_app.headless_caller.fake_bridge import (
    CALL_SID,
    STREAM_SID,
    FakeBridge,
    listen,
    serving,
)

ROOT = Path(__file__).resolve().parents[4]


async def run(url: str | None, *arguments: str) -> str:
    """Run the command in a thread of its own, where it has its own event loop."""
    printed = io.StringIO()
    server = ["--server", url] if url is not None else []
    await asyncio.to_thread(
        call_command, Command(stdout=printed), "--to", "echo", *server, *arguments
    )
    return printed.getvalue()


async def echo_ten_frames(bridge: FakeBridge) -> None:
    await bridge.answer()
    for _ in range(10):
        await bridge.say(bridge.speaks.media(await bridge.receive_until(bytes)))
    await bridge.connection.close(1000, "enough")


async def test_it_waits_for_a_call_and_answers_the_first_that_can_be_had() -> None:
    async def ring_twice(bridge: FakeBridge) -> None:
        register = await bridge.receive_until(Register)
        await bridge.say(bridge.speaks.registered(register.identity))
        for number, reply in enumerate(("cancel", "started")):
            await bridge.say(bridge.speaks.ring(Ring(f"CA{number}", "alice", "client:bob")))
            answer = await bridge.receive_until(Answer)
            assert answer.call_sid == f"CA{number}"
            if reply == "cancel":
                await bridge.say(bridge.speaks.cancel(answer.call_sid, "canceled"))
        await bridge.say(bridge.speaks.started(CALL_SID, STREAM_SID))
        await bridge.say(bridge.speaks.media(await bridge.receive_until(bytes)))
        await bridge.connection.close(1000, "enough")

    printed = io.StringIO()
    async with serving(ring_twice) as exchange:
        await asyncio.to_thread(
            call_command,
            *(Command(stdout=printed), "--register", "bob", "--server", exchange.url),
        )
    assert f"call {CALL_SID}" in printed.getvalue()
    assert "heard 0.02 s" in printed.getvalue()


@pytest.fixture
def sound_file(tmp_path: Path) -> Path:
    """0.2 s at a rate of its own, in two channels."""
    path = tmp_path / "in.flac"
    sound = np.full((8820, 2), 0.25)
    soundfile.write(path, sound, 44100)
    return path


async def test_a_file_is_spoken_and_what_is_heard_is_saved(sound_file: Path) -> None:
    saved = sound_file.with_name("heard.wav")
    async with serving(echo_ten_frames) as exchange:
        printed = await run(exchange.url, "--play", str(sound_file), "--save", str(saved))
    heard, rate_hz = soundfile.read(saved)
    assert (rate_hz, len(heard)) == (16000, 3200)
    assert np.allclose(heard[400:-400], 0.25, atol=0.01)
    assert f"call {CALL_SID}" in printed
    assert "closed: 1000 enough" in printed
    assert "heard 0.20 s at -12" in printed


async def test_a_twilio_call_is_saved_at_8000_hz(sound_file: Path) -> None:
    saved = sound_file.with_name("heard.wav")
    async with serving(echo_ten_frames) as exchange:
        await run(exchange.url, "--dialect", "twilio", "--save", str(saved))
    assert soundfile.info(saved).samplerate == 8000


async def test_it_hangs_up_after_the_time_given_and_presses_keys_before() -> None:
    async with serving(listen) as exchange:
        printed = await run(exchange.url, "--digits", "12", "--seconds", "0.3")
        await exchange.finished.wait()
        bridge = await exchange.bridge
    assert "hanging up after 0.3 s" in printed
    assert [said for said in bridge.told if isinstance(said, Dtmf)] == [Dtmf("1"), Dtmf("2")]
    assert bridge.connection.close_code == 1000


async def close_with_an_error(bridge: FakeBridge) -> None:
    await bridge.answer()
    await bridge.say(bridge.speaks.error(13230, "room is full"))


async def close_out_of_order(bridge: FakeBridge) -> None:
    await bridge.answer()
    await bridge.connection.close(1011, "oh")


async def break_the_dialect(bridge: FakeBridge) -> None:
    await bridge.answer()
    await bridge.say("hello")
    await bridge.receive_to_the_end()


async def refuse(bridge: FakeBridge) -> None:
    await bridge.connection.close(1008, "no")


@pytest.mark.parametrize(
    ("behaviour", "complaint"),
    [
        (close_with_an_error, "ended badly"),
        (close_out_of_order, "ended badly: 1011 oh"),
        (break_the_dialect, "broke the dialect: not JSON"),
        (refuse, "1008 no"),
    ],
)
async def test_a_call_that_goes_wrong_is_a_failure(behaviour: Any, complaint: str) -> None:
    async with serving(behaviour) as exchange:
        with pytest.raises(CommandError, match=complaint):
            await run(exchange.url)


async def test_a_call_that_was_not_made_leaves_the_file_alone(tmp_path: Path) -> None:
    saved = tmp_path / "heard.wav"
    saved.write_text("an earlier call")
    with pytest.raises(CommandError, match="no connection to"):
        await run("ws://127.0.0.1:1/media", "--save", str(saved))
    assert saved.read_text() == "an earlier call"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--play", "/nowhere.wav"],
        ["--play", __file__],
        ["--encoding", "audio/x-mulaw", "--rate", "16000"],
        ["--dialect", "twilio", "--encoding", "audio/x-l16"],
        ["--account-sid", "AC1"],
    ],
)
async def test_wrong_arguments_are_refused_before_the_call(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        await run("ws://127.0.0.1:1/", *arguments)


@pytest.mark.parametrize(("named", "sent"), [(False, "Basic QUMxOnNlY3JldA=="), (True, None)])
async def test_the_settings_credentials_go_to_this_machines_server_only(
    settings: Settings, named: bool, sent: str | None
) -> None:
    settings.CONFAB_ACCOUNT_SID, settings.CONFAB_AUTH_TOKEN = "AC1", "secret"
    async with serving(listen) as exchange:
        settings.PORT = int(exchange.url.split(":")[2].split("/")[0])
        await run(exchange.url if named else None, "--seconds", "0.1")
    assert exchange.authorization == sent


async def test_ctrl_c_hangs_up_and_saves(tmp_path: Path) -> None:
    # A process of its own: a signal to this one may be somebody else's to deal with.
    heard_five = asyncio.Event()

    async def say_five_frames(bridge: FakeBridge) -> None:
        await bridge.answer()
        for _ in range(5):
            await bridge.say(bridge.speaks.media(await bridge.receive_until(bytes)))
        heard_five.set()
        await bridge.receive_to_the_end()

    saved = tmp_path / "heard.wav"
    async with serving(say_five_frames) as exchange:
        command = ("manage.py", "caller", "--to", "r", "--server", exchange.url, "--save", saved)
        caller = await asyncio.create_subprocess_exec(
            sys.executable,
            *map(str, command),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            # A shell has what it runs in the background ignore the signal, and that is inherited.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        async with asyncio.timeout(60):
            await heard_five.wait()
            caller.send_signal(signal.SIGINT)
            printed, _ = await caller.communicate()
            await exchange.finished.wait()
        told = (await exchange.bridge).told
    assert caller.returncode == 0
    assert told[-1] == Stop()
    assert b"interrupted, hung up" in printed
    assert soundfile.info(saved).frames >= 1600 - 320
