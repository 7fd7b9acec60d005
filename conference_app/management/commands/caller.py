"""`manage.py caller`: call a bridge without a telephone, speak a file, save what is heard."""

import asyncio
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

import soundfile
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override
from websockets.frames import CloseCode

from conference_app.headless_caller import CallFailed, HeadlessCaller, wire_format
from conference_app.services import demo
from media_engine.decode import decode_sound
from media_engine.dialects import ALAW, DIALECTS, L16, MULAW, ServerMessage, Started
from media_engine.errors import EngineError
from media_engine.pcm import RATES_HZ

PING_INTERVAL_S: Final = 20.0

_CLOSED_WELL: Final = (CloseCode.NORMAL_CLOSURE, CloseCode.NO_STATUS_RCVD)


class Command(BaseCommand):
    """Ends when the server hangs up, after --seconds, or with Ctrl-C, which hangs up and saves.

    Exits with 1 when there was no call, or when the server complained or closed out of order.
    """

    help = "Call a bridge over a WebSocket, speak a sound file, save what is heard."
    requires_system_checks: list[str] = []

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        way = parser.add_mutually_exclusive_group(required=True)
        way.add_argument("--to", help="SID or friendly name of an application")
        way.add_argument("--register", metavar="IDENTITY", help="wait for a call to it, answer")
        parser.add_argument("--from", dest="from_", help="who calls, as the bridge is told")
        parser.add_argument("--play", type=Path, help="what to speak: WAV, FLAC, MP3 or Ogg")
        parser.add_argument("--loop", action="store_true", help="speak it again and again")
        parser.add_argument("--save", type=Path, help="where what is heard goes: .wav or .flac")
        parser.add_argument("--dialect", choices=list(DIALECTS), default="native")
        parser.add_argument("--encoding", choices=[L16, MULAW, ALAW])
        parser.add_argument("--rate", type=int, choices=RATES_HZ, help="in Hz")
        parser.add_argument("--digits", default="", help="keys to press; w waits half a second")
        parser.add_argument("--seconds", type=float, help="hang up after this")
        parser.add_argument("--server", help="ws:// or wss:// address; the one on this machine")
        parser.add_argument("--account-sid", help="default, without --server: the demo account's")
        parser.add_argument("--auth-token", help="default, without --server: the demo account's")
        parser.add_argument("--token", help="an access token, in place of the two")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        caller = self._prepare(options)
        try:
            asyncio.run(self._call(caller, options["digits"], options["seconds"]))
        except CallFailed as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self._say("interrupted, hung up")
        finally:
            self._save(caller, options["save"])
        self._judge(caller)

    def _prepare(self, options: dict[str, Any]) -> HeadlessCaller:
        try:
            wire = wire_format(options["dialect"], options["encoding"], options["rate"])
            play = options["play"] and decode_sound(options["play"].read_bytes(), wire.rate_hz)
            return HeadlessCaller(
                options["server"] or f"ws://127.0.0.1:{settings.PORT}/media",
                to=options["to"] or "",
                register=options["register"],
                from_=options["from_"],
                play=play,
                loop=options["loop"],
                dialect=options["dialect"],
                encoding=wire.encoding,
                rate_hz=wire.rate_hz,
                auth=_credentials(options),
                token=options["token"],
                ping_interval_s=PING_INTERVAL_S,
            )
        except (OSError, EngineError) as error:
            raise CommandError(str(error)) from error

    async def _call(self, caller: HeadlessCaller, digits: str, seconds: float | None) -> None:
        caller.on_message = self._tell
        async with caller:
            if not caller.call_sid:
                await self._wait_for_call(caller)
            self._say(f"connected: {caller.wire.encoding} at {caller.wire.rate_hz} Hz")
            self._say(f"call {caller.call_sid}")
            try:
                async with asyncio.timeout(seconds):
                    await caller.send_digits(digits)
                    await caller.wait_until_closed()
            except TimeoutError:
                self._say(f"hanging up after {seconds:g} s")
            except CallFailed:
                self._say("the server hung up while keys were being pressed")

    async def _wait_for_call(self, caller: HeadlessCaller) -> None:
        """Answer the first call that can be had."""
        while caller.call_sid is None:
            ring = await caller.next_ring(None)
            try:
                await caller.answer(ring)
            except CallFailed:
                if caller.closed:
                    raise

    def _tell(self, message: ServerMessage) -> None:
        if not isinstance(message, Started):
            self._say(f"server says {message}")

    def _save(self, caller: HeadlessCaller, path: Path | None) -> None:
        if caller.call_sid is None:
            return  # there was no call, and a file of an earlier one is not to be lost
        seconds, level = caller.sound.seconds, caller.sound.level_dbfs()
        self._say(f"closed: {caller.close_code} {caller.close_reason}".rstrip())
        self._say(f"heard {seconds:.2f} s at {level:.1f} dBFS, sent {caller.frames_sent} frames")
        if path is not None:
            soundfile.write(path, caller.heard(), caller.wire.rate_hz, subtype="PCM_16")
            self._say(f"saved {path}")

    def _judge(self, caller: HeadlessCaller) -> None:
        if caller.protocol_error is not None:
            raise CommandError(f"the server broke the dialect: {caller.protocol_error}")
        if caller.errors or caller.close_code not in _CLOSED_WELL:
            raise CommandError(f"the call ended badly: {caller.close_code} {caller.close_reason}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _credentials(options: dict[str, Any]) -> tuple[str, str] | None:
    """Account SID and auth token; this machine's own are for its own server only."""
    pair = options["account_sid"], options["auth_token"]
    if pair == (None, None) and options["server"] is None and options["token"] is None:
        pair = settings.CONFAB_ACCOUNT_SID, settings.CONFAB_AUTH_TOKEN
        if pair == ("", ""):
            pair = _demo_credentials()
    if bool(pair[0]) != bool(pair[1]):
        raise CommandError("an account SID and an auth token belong together")
    return pair if pair[0] else None


def _demo_credentials() -> tuple[str, str]:
    """Those of the demo account in this machine's database, so that a first call needs no
    typing.
    """
    account = demo.find_account()
    return (account.sid, account.auth_token) if account is not None else ("", "")
