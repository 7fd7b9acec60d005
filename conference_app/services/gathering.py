"""TwiML's <Gather>: keys that a caller presses during the prompts and after them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from conference_app.services.leg_line import LegLine
from conference_app.twiml import Gather
from media_engine.sources import Source

MAX_DIGITS: Final = 1000
"""What one Gather holds at the most, when the document names no bound."""


class Digits:
    """The keys of one Gather; `complete` as soon as its document's rules say so."""

    def __init__(self, gather: Gather) -> None:
        self.text = ""
        self.complete = False
        self._finish_on_key = gather.finish_on_key
        self._most = min(gather.num_digits or MAX_DIGITS, MAX_DIGITS)

    def press(self, key: str) -> None:
        """Take a key: it finishes, or it counts."""
        if key == self._finish_on_key:
            self.complete = True
            return
        self.text += key
        self.complete = len(self.text) >= self._most


async def gather_digits(line: LegLine, gather: Gather, prompts: AsyncIterator[Source]) -> str:
    """Play the prompts and collect keys; give them without the one that finished, "" if none came.

    The first key ends the prompts. `timeout_seconds` run from the end of the prompts, or from the
    last key. `prompts` is asked for one source after another, and raises what its caller can deal
    with.
    """
    digits = Digits(gather)
    async for prompt in prompts:
        key = await line.play_until_key(prompt)
        if key is not None:
            digits.press(key)
            break
    while not digits.complete:
        try:
            async with asyncio.timeout(gather.timeout_seconds):
                digits.press(await line.next_key())
        except TimeoutError:
            break
    return digits.text
