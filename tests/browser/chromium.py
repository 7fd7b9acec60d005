"""A browser with a sound file for a microphone."""

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
import soundfile
from playwright.async_api import Browser, Page, Playwright, async_playwright

from media_engine.pcm import Pcm
from tests.end_to_end.sound import tone

EXECUTABLE: Final = os.environ.get("CONFAB_TEST_CHROMIUM") or shutil.which("chromium") or ""

REQUIRED: Final = bool(os.environ.get("CONFAB_REQUIRE_SERVICES"))
"""Whether it is a failure that there is no browser."""

MICROPHONE_RATE_HZ: Final = 48_000

ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

IN_A_BROWSER: Final = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(
        not EXECUTABLE and not REQUIRED, reason="there is no chromium on this machine"
    ),
    pytest.mark.asyncio(loop_scope="session"),
]
"""Marks of a module; in one loop, for that is where browsers live."""


class Browsers:
    """Browsers, one for each set of arguments, that stay until close(): to start one takes longer
    than most tests do.
    """

    def __init__(self) -> None:
        self._open: dict[tuple[str, ...], Browser] = {}
        self._undo = AsyncExitStack()

    async def get(self, arguments: tuple[str, ...] = ARGUMENTS) -> Browser:
        """Give the browser with these arguments, starting it if need be."""
        if arguments not in self._open:
            assert EXECUTABLE, "there is no chromium on this machine"
            playwright = await self._undo.enter_async_context(async_playwright())
            browser = await self._undo.enter_async_context(a_browser(playwright, arguments))
            self._open[arguments] = browser
        return self._open[arguments]

    async def close(self) -> None:
        self._open.clear()
        await self._undo.aclose()


browsers: Final = Browsers()
"""Those of the tests' loop."""


def pulses(hz: float) -> Pcm:
    """A tone that comes and goes: a browser takes one that stays for noise, and removes it."""
    on = tone(hz, 0.15, MICROPHONE_RATE_HZ, 0.5)
    return np.tile(np.concatenate([on, np.zeros_like(on)]), 8)


@asynccontextmanager
async def a_page(
    microphone: Path | None = None, *, refuse: bool = False, **context: Any
) -> AsyncIterator[Page]:
    """Open an empty page of somebody new. `microphone`: a WAV file; without one there is no
    microphone, or (with `refuse`) one that the user does not allow. `context`: options of
    Playwright's `new_context`.
    """
    arguments = list(ARGUMENTS)
    if microphone is not None or refuse:
        arguments.append("--use-fake-device-for-media-stream")
    if microphone is not None:
        arguments.append("--use-fake-ui-for-media-stream")
        arguments.append(f"--use-file-for-fake-audio-capture={microphone}")
    browser = await browsers.get(tuple(arguments))
    session = await browser.new_context(**context)
    try:
        yield await session.new_page()
    finally:
        await session.close()


@asynccontextmanager
async def a_browser(
    playwright: Playwright, arguments: Sequence[str] = ARGUMENTS
) -> AsyncIterator[Browser]:
    """Start a browser that nobody sees, and close it."""
    browser = await playwright.chromium.launch(executable_path=EXECUTABLE, args=list(arguments))
    try:
        yield browser
    finally:
        await browser.close()


def write_microphone(path: Path, sound: Pcm) -> Path:
    """Write what a browser is to speak, again and again."""
    soundfile.write(path, sound, MICROPHONE_RATE_HZ, subtype="PCM_16")
    return path
