"""Sound that a call is to hear: files from users' servers, speech, key tones, the hold music.

What was decoded is kept for a while (KEPT_BYTES): forty people who wait with the same file decode
it once.
"""

import hashlib
from collections import OrderedDict
from typing import Final, TypeAlias

from conference_app import engine
from conference_app.http_client import Cookies
from conference_app.services import hold_music, http_door, own_addresses
from conference_app.services.http_door import Asker
from conference_app.twiml import HttpMethod, PlayDigits, PlayUrl, Speak, Wait
from media_engine import Pcm
from media_engine.dtmf import key_tones
from media_engine.sources import Clip, Silence, Source

KEPT_BYTES: Final = 64 * 1024 * 1024

CONTENT_NOT_PLAYABLE: Final = 12300
"""Twilio's code for a file that is no sound."""

FOREVER: Final = 0
MAX_LOOPS: Final = 1000
"""What Twilio makes of loop="0"."""

SoundStep: TypeAlias = PlayUrl | PlayDigits | Speak | Wait

_kept: OrderedDict[tuple[str, ...], Pcm] = OrderedDict()


async def of_step(asker: Asker, step: SoundStep, cookies: Cookies) -> Source:
    """Give what a step lets the caller hear. Raises FetchError; EngineError if not playable."""
    match step:
        case PlayUrl(url, loop):
            return await file(asker, url, cookies, loop=loop)
        case PlayDigits(digits, loop):
            return repeated(key_tones(digits, engine.mix_rate_hz()), loop)
        case Speak(text, voice, language, loop):
            return await speech(text, voice, language, loop=loop)
        case Wait(seconds):
            return Silence(seconds * engine.mix_rate_hz())


async def file(
    asker: Asker, url: str, cookies: Cookies, *, loop: int = 1, method: HttpMethod = "GET"
) -> Source:
    """Get a sound file to be heard `loop` times. Raises FetchError; EngineError if not playable."""
    place = own_addresses.here(url)
    if place is not None and (own := await hold_music.sound_at(place.path)) is not None:
        return repeated(own, loop)
    response = await http_door.request(
        asker, url, method=method, cookies=cookies, limits=http_door.SOUND_LIMITS
    )
    return repeated(await decoded(response.body), loop)


async def decoded(content: bytes) -> Pcm:
    """Give a sound file's content at the mixing rate. Raises EngineError."""
    key = ("file", hashlib.sha256(content).hexdigest())
    pcm = _kept.get(key)
    if pcm is None:
        pcm = _keep(key, await engine.sound_worker().decode(content, engine.mix_rate_hz()))
    return pcm


async def speech(text: str, voice: str | None, language: str | None, *, loop: int = 1) -> Source:
    """Give a text as speech, to be heard `loop` times. Raises EngineError."""
    key = ("speech", text, voice or "", language or "")
    pcm = _kept.get(key)
    if pcm is None:
        spoken = await engine.sound_worker().speak(
            text, voice=voice, language=language, rate_hz=engine.mix_rate_hz()
        )
        pcm = _keep(key, spoken.pcm)
    return repeated(pcm, loop)


def default_music() -> Source:
    """Give the default hold music, from its beginning, for ever."""
    return Clip(engine.hold_music(), times=FOREVER)


def repeated(pcm: Pcm, loop: int) -> Source:
    """Play sound as often as TwiML's `loop` says."""
    return Clip(pcm, times=loop or MAX_LOOPS)


def _keep(key: tuple[str, ...], pcm: Pcm) -> Pcm:
    _kept[key] = pcm
    while sum(kept.nbytes for kept in _kept.values()) > KEPT_BYTES:
        _kept.popitem(last=False)
    return pcm
