"""Sound that a call is to hear: files from users' servers, and what it waits with."""

import asyncio
from typing import Final

from conference_app import engine
from conference_app.http_client import Cookies, Limits
from conference_app.models import Call
from conference_app.services import http_door
from conference_app.twiml import Conference, HttpMethod
from media_engine import Pcm
from media_engine.decode import decode_sound
from media_engine.sources import Clip, Source

SOUND_LIMITS: Final = Limits(max_bytes=20 * 1024 * 1024)

DEFAULT_MUSIC_URLS: Final = ("http://twimlets.com/holdmusic", "https://twimlets.com/holdmusic")
"""The feature page's addresses of hold music; they are answered from here."""


async def fetch(call: Call, url: str, *, method: HttpMethod, cookies: Cookies) -> Pcm:
    """Get a sound file, at the mixing rate. Raises FetchError; EngineError when it is not
    playable.
    """
    response = await http_door.request(
        call, url, method=method, cookies=cookies, limits=SOUND_LIMITS
    )
    return await asyncio.to_thread(decode_sound, response.body, engine.mix_rate_hz())


async def to_wait_with(call: Call, conference: Conference, cookies: Cookies) -> Source | None:
    """Give what a caller hears until the meeting starts, from its beginning, for ever; None:
    silence.

    Raises as fetch() does: a caller whose waitUrl fails does not get in.
    """
    url = conference.wait_url
    if url == "":
        return None
    if url is None or url.startswith(DEFAULT_MUSIC_URLS):
        return Clip(engine.hold_music(), times=0)
    sound = await fetch(call, url, method=conference.wait_method, cookies=cookies)
    return Clip(sound, times=0)
