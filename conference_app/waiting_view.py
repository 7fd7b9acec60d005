"""A view that waits for what will be there soon, without keeping a thread waiting."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase

LOOK_AGAIN_S: Final = 0.5
PATIENCE_S: Final = 20.0
"""Less than most clients have."""

View = Callable[..., HttpResponseBase]
AsyncView = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


def waits_for_503(view: View) -> AsyncView:
    """Ask a view again as long as it answers 503, for PATIENCE_S at most; then the 503 it is.

    The view is asked in the thread of the database, and nothing is held between two times.
    """

    @wraps(view)
    async def waiting(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        ask = sync_to_async(view)
        response = await ask(request, *args, **kwargs)
        looks_left = round(PATIENCE_S / LOOK_AGAIN_S)
        while response.status_code == HTTPStatus.SERVICE_UNAVAILABLE and looks_left:
            await _sleep(getattr(request, "slots", None))
            looks_left -= 1
            response = await ask(request, *args, **kwargs)
        return response

    return waiting


async def _sleep(slots: asyncio.Semaphore | None) -> None:
    """Let LOOK_AGAIN_S pass; the request's slot, where the server gave it one, is another's
    meanwhile.
    """
    if slots is None:
        await asyncio.sleep(LOOK_AGAIN_S)
        return
    slots.release()
    try:
        await asyncio.sleep(LOOK_AGAIN_S)
    finally:
        await slots.acquire()
