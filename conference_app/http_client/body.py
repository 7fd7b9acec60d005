"""Reading a body of unknown length from a server of unknown intent."""

import io
import zlib
from typing import Final

from aiohttp import ClientResponse, hdrs

from conference_app.http_client.errors import Failure, FetchCode, FetchError
from conference_app.http_client.pace import pace
from conference_app.http_client.response import Limits, too_large

# One step of decompression: far below a millisecond, so that a bomb never holds up the loop that
# audio may share.
_STEP_BYTES: Final = 64 * 1024
# What a body may hold without a share of the budget: small answers (TwiML, webhooks) must go
# through while big ones have used it up.
_UNCOUNTED_BYTES: Final = 64 * 1024


class MemoryBudget:
    """What all bodies that are being read may hold together, beyond the first 64 KiB of each.

    When it is used up the request that wanted more is refused and counted; nobody waits for it, for
    a waiting request would hold its own share meanwhile.
    """

    def __init__(self, total_bytes: int) -> None:
        self._left = total_bytes
        self.refused = 0

    def take(self, amount: int) -> None:
        """Reserve bytes (FetchError 11200 when there are not as many)."""
        if amount > self._left:
            self.refused += 1
            raise FetchError(
                FetchCode.RETRIEVAL_FAILURE,
                "Too much is being downloaded here at this moment.",
                failure=Failure.OTHER,
            )
        self._left -= amount

    def give_back(self, amount: int) -> None:
        """Return what was taken."""
        self._left += amount


class _Collected:
    """The bytes of one body so far, at most `limits.max_bytes`."""

    def __init__(self, limits: Limits, budget: MemoryBudget) -> None:
        self._limits = limits
        self._budget = budget
        self._buffer = io.BytesIO()
        self._taken = 0

    def add(self, piece: bytes) -> bool:
        """Keep a piece; False when the body is cut here and nothing more is wanted."""
        room = self._limits.max_bytes - self._buffer.tell()
        if len(piece) > room and not self._limits.cut:
            raise too_large(self._limits)
        piece = piece[:room]
        due = self._buffer.tell() + len(piece) - _UNCOUNTED_BYTES - self._taken
        if due > 0:
            self._budget.take(due)
            self._taken += due
        self._buffer.write(piece)
        return len(piece) < room or not self._limits.cut

    def whole(self) -> bytes:
        return self._buffer.getvalue()

    def release(self) -> None:
        self._budget.give_back(self._taken)


async def read_body(response: ClientResponse, limits: Limits, budget: MemoryBudget) -> bytes:
    """Read the body of an answer and undo its compression.

    We ask for no compression; a server that compresses all the same is read, and `limits` count
    what comes out. FetchError: 11750 for too much of it, 11206 for a coding we do not know or that
    is broken, 11200 when the budget is used up. aiohttp's errors pass through.
    """
    announced = response.content_length
    if announced is not None and announced > limits.max_bytes and not limits.cut:
        raise too_large(limits)
    collected = _Collected(limits, budget)
    try:
        await _collect(response, collected)
        return collected.whole()
    finally:
        collected.release()


async def _collect(response: ClientResponse, collected: _Collected) -> None:
    coding = response.headers.get(hdrs.CONTENT_ENCODING, "identity").strip().lower()
    if coding in ("identity", ""):
        while piece := await response.content.readany():
            if not collected.add(piece):
                return
    elif coding in ("gzip", "x-gzip", "deflate"):
        await _collect_inflated(response, collected)
    else:
        raise _broken("its content coding is not known here")


async def _collect_inflated(response: ClientResponse, collected: _Collected) -> None:
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)  # | 32: the header tells gzip from zlib
    try:
        while compressed := await response.content.readany():
            while compressed and not inflate.eof:
                if not collected.add(inflate.decompress(compressed, _STEP_BYTES)):
                    return
                compressed = inflate.unconsumed_tail
                await pace().turn()
        collected.add(inflate.flush())
    except zlib.error:
        raise _broken("its compression is broken") from None
    if not inflate.eof:
        raise _broken("its compressed body breaks off")


def _broken(why: str) -> FetchError:
    return FetchError(
        FetchCode.PROTOCOL_VIOLATION,
        f"The answer can not be read: {why}.",
        failure=Failure.OTHER,
    )
