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
from conference_app.services.fault_log import FaultLog
from conference_app.services.http_door import Asker
from conference_app.twiml import HttpMethod, PlayDigits, PlayUrl, Speak, Wait
from media_engine import Pcm
from media_engine.dtmf import key_tones
from media_engine.sources import Clip, Silence, Source

KEPT_BYTES: Final = 64 * 1024 * 1024

CONTENT_NOT_PLAYABLE: Final = 12300
"""Twilio's code for a file that is no sound."""

NOT_AS_ASKED_FOR: Final = 13512
"""Twilio's code for a voice or language of Say that can not be had; here a nearer one reads."""

FOREVER: Final = 0
MAX_LOOPS: Final = 1000
"""What Twilio makes of loop="0"."""

SoundStep: TypeAlias = PlayUrl | PlayDigits | Speak | Wait

_kept: OrderedDict[tuple[str, ...], Pcm] = OrderedDict()
_notes: dict[tuple[str, ...], str] = {}
"""What is to be said of sound that is kept, if anything."""


async def of_step(asker: Asker, step: SoundStep, cookies: Cookies, faults: FaultLog) -> Source:
    """Give what a step lets the caller hear; `faults` is told of a voice that had to be replaced.

    Raises FetchError; EngineError if not playable.
    """
    match step:
        case PlayUrl(url, loop):
            return await file(asker, url, cookies, loop=loop)
        case PlayDigits(digits, loop):
            return repeated(key_tones(digits, engine.mix_rate_hz()), loop)
        case Speak(text, voice, language, loop):
            pcm, note = await speech(text, voice, language)
            if note is not None:
                await faults.warn(NOT_AS_ASKED_FOR, note, step)
            return repeated(pcm, loop)
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


async def speech(text: str, voice: str | None, language: str | None) -> tuple[Pcm, str | None]:
    """Give a text as speech at the mixing rate, and what its author should know: None when it is
    read as asked for. Raises EngineError.
    """
    key = ("speech", text, voice or "", language or "")
    pcm = _kept.get(key)
    if pcm is None:
        spoken = await engine.sound_worker().speak(
            text, voice=voice, language=language, rate_hz=engine.mix_rate_hz()
        )
        pcm = _keep(key, spoken.pcm, spoken.note)
    return pcm, _notes.get(key)


def default_music() -> Source:
    """Give the default hold music, from its beginning, for ever."""
    return Clip(engine.hold_music(), times=FOREVER)


def repeated(pcm: Pcm, loop: int) -> Source:
    """Play sound as often as TwiML's `loop` says."""
    return Clip(pcm, times=loop or MAX_LOOPS)


def _keep(key: tuple[str, ...], pcm: Pcm, note: str | None = None) -> Pcm:
    _kept[key] = pcm
    if note is not None:
        _notes[key] = note
    while sum(kept.nbytes for kept in _kept.values()) > KEPT_BYTES:
        oldest, _ = _kept.popitem(last=False)
        _notes.pop(oldest, None)
    return pcm
