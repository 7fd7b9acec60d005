"""Two synthetic callers meet and are recorded: `make demo` shows in half a minute what this is."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import soundfile
from channels.db import database_sync_to_async
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from conference_app.headless_caller import HeadlessCaller
from conference_app.models import Account, Call, Recording, RecordingStatus
from conference_app.services import demo
from media_engine.pcm import Pcm

VOICES: Final = Path(__file__).resolve().parents[2] / "demo_voices"
APPLICATION: Final = "recorded"
TALK_S: Final = 12.0
PATIENCE_S: Final = 30.0


class Command(BaseCommand):
    """Uses the server on PORT if one runs there, and else starts one for as long as it takes."""

    help = "Let two synthetic callers meet; print the path of the recording."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        call_command("bootstrap", stdout=self.stdout)
        account, _ = demo.ensure_account(
            sid=settings.CONFAB_ACCOUNT_SID, auth_token=settings.CONFAB_AUTH_TOKEN
        )
        recording = asyncio.run(self._meet(account))
        self.stdout.write(self.style.SUCCESS(f"Recording: {_place(recording)}"))
        self.stdout.write(
            f"           {(recording.duration_ms or 0) / 1000:.1f} s, {recording.sid}"
        )

    async def _meet(self, account: Account) -> Recording:
        async with _a_server():
            alice, bob = self._caller(account, "alice"), self._caller(account, "bob")
            async with alice:
                self.stdout.write("Alice calls, and hears hold music.")
                await asyncio.sleep(2)
                async with bob:
                    self.stdout.write("Bob calls: a beep, and they talk.")
                    await asyncio.sleep(TALK_S)
            return await _recording_of(alice.call_sid or "")

    def _caller(self, account: Account, name: str) -> HeadlessCaller:
        return HeadlessCaller(
            f"ws://127.0.0.1:{settings.PORT}/media",
            to=APPLICATION,
            from_=name,
            play=_voice(name),
            loop=True,
            auth=(account.sid, account.auth_token),
        )


def _voice(name: str) -> Pcm:
    """Read one of the voices that come with Confab: 12 s of speech at 16 kHz."""
    sound: Pcm
    sound, _ = soundfile.read(VOICES / f"{name}.flac", dtype="int16")
    return sound


@asynccontextmanager
async def _a_server() -> AsyncIterator[None]:
    """Have a server on PORT: the one that is there, or one of our own."""
    if await _answers():
        yield
        return
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "project.serve", cwd=settings.BASE_DIR
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await _answers():
                if server.returncode is not None:
                    raise CommandError("the server could not be started")
                await asyncio.sleep(0.2)
        yield
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


async def _answers() -> bool:
    url = f"http://127.0.0.1:{settings.PORT}/healthz"
    try:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


async def _recording_of(call_sid: str) -> Recording:
    """Wait until the recording of a call's last conference is finished."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            recording: Recording | None = await database_sync_to_async(_find_recording)(call_sid)
            if recording is not None:
                return recording
            await asyncio.sleep(0.2)


def _place(recording: Recording) -> str:
    """Give the file's path; its name in a storage that has no paths."""
    try:
        return recording.file.path
    except NotImplementedError:
        return str(recording.file.name)


def _find_recording(call_sid: str) -> Recording | None:
    call = Call.objects.filter(sid=call_sid).first()
    if call is None:
        return None
    return Recording.objects.filter(
        conference__participants__call=call, status=RecordingStatus.COMPLETED
    ).first()
