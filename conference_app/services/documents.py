"""Where a call's TwiML comes from: a user's web server, or a TwiML bin of ours."""

import asyncio
from dataclasses import dataclass
from typing import Final

from channels.db import database_sync_to_async
from django.conf import settings

from conference_app import selectors, sids
from conference_app.http_client import Cookies, FetchCode, FetchError
from conference_app.models import Application, Call
from conference_app.services import hold_music, http_door, own_addresses
from conference_app.services.call_orders import NewDocument
from conference_app.services.call_plan import CallPlan
from conference_app.services.http_door import Asker
from conference_app.services.own_addresses import Place
from conference_app.twiml import (
    CallAnswered,
    Fetch,
    HttpMethod,
    Play,
    TwimlDocument,
    TwimlError,
    parse,
)

BIN_PATH: Final = "/twiml/"

CONTENT_TYPE: Final = 12300
"""Twilio's code for an answer that is neither TwiML nor sound."""

PARSED_AT_ONCE_BYTES: Final = 2048

_TWIML_TYPES: Final = ("text/xml", "application/xml", "text/html", "text/plain", "")


def first_plan(call: Call) -> CallPlan:
    """Plan a call that comes in: it begins at its application's voice URL, with the TwiML that is
    there if that is a bin of ours. Reads the database.
    """
    assert call.application is not None, "an inbound call has one"
    answered = first_of(call.application)
    place = own_addresses.here(answered.voice_url)
    sid = _bin_at(place) if place is not None else None
    twiml_bin = selectors.twiml_bin_by_sid(sid) if sid is not None else None
    return CallPlan(answered, twiml_bin.twiml if twiml_bin is not None else None)


def first_of(application: Application) -> CallAnswered:
    """Say where the calls of an application begin."""
    return CallAnswered(
        own_addresses.absolute(application.voice_url),
        _method(application.voice_method),
        own_addresses.absolute(application.voice_fallback_url)
        if application.voice_fallback_url
        else None,
        _method(application.voice_fallback_method),
    )


def ordered_document(call: Call, order: NewDocument) -> CallAnswered:
    """Say where a call goes on that was sent elsewhere.

    A document without an address counts as found where the call began.
    """
    return CallAnswered(
        own_addresses.absolute(order.url) if order.url else _first_url(call),
        _method(order.method),
        own_addresses.absolute(order.fallback_url) if order.fallback_url else None,
        _method(order.fallback_method),
    )


def _first_url(call: Call) -> str:
    return own_addresses.absolute(call.application.voice_url if call.application else "/")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a URL gave: TwiML or sound, and where it was found. `sound` is None for TwiML."""

    url: str
    twiml: bytes | str
    sound: bytes | None = None


async def ask(asker: Asker, step: Fetch, cookies: Cookies) -> Answer:
    """Ask for what a step names. Raises FetchError; TwimlError when it is neither TwiML nor
    sound.
    """
    place = own_addresses.here(step.url)
    if place is not None and (twiml := await _own_document(place)) is not None:
        return Answer(step.url, twiml)
    response = await http_door.request(
        asker,
        step.url,
        method=step.method,
        params=step.params,
        cookies=cookies,
        limits=http_door.SOUND_LIMITS,
    )
    if response.content_type.startswith("audio/"):
        return Answer(response.url, b"", response.body)
    if response.content_type not in _TWIML_TYPES:
        raise TwimlError(CONTENT_TYPE, f"{response.content_type} is neither TwiML nor sound")
    return Answer(response.url, response.body)


async def fetch(call: Call, step: Fetch, cookies: Cookies) -> tuple[TwimlDocument, str]:
    """Get the document of a step and the URL it was found at. Raises FetchError, TwimlError.

    Sound in place of TwiML is played and then the call ends, as at Twilio.
    """
    answer = await ask(call, step, cookies)
    if answer.sound is not None:
        return TwimlDocument((Play(answer.url),)), answer.url
    return await read(answer.twiml), answer.url


async def read(twiml: bytes | str) -> TwimlDocument:
    """Read TwiML, in a thread what might take longer than a tick can wait (64 KiB: 50 ms).

    Raises TwimlError.
    """
    ceiling: int = settings.CONFAB_MAX_PARTICIPANTS
    if len(twiml) <= PARSED_AT_ONCE_BYTES:
        return parse(twiml, max_participants=ceiling)
    return await asyncio.to_thread(parse, twiml, max_participants=ceiling)


def _method(value: str) -> HttpMethod:
    return "GET" if value == "GET" else "POST"


async def _own_document(place: Place) -> str | None:
    """Give the document at a place of ours: a TwiML bin, or the hold music's; None for the rest."""
    sid = _bin_at(place)
    if sid is not None:
        text: str = await database_sync_to_async(_read_bin)(sid)
        return text
    return hold_music.document_at(place.path, place.query)


def _bin_at(place: Place) -> str | None:
    """Give the SID of the TwiML bin at a place; None: another thing is there."""
    sid = place.path.removeprefix(BIN_PATH)
    return sid if place.path.startswith(BIN_PATH) and sids.is_sid(sid, "EH") else None


def _read_bin(sid: str) -> str:
    twiml_bin = selectors.twiml_bin_by_sid(sid)
    if twiml_bin is None:
        raise FetchError(FetchCode.RETRIEVAL_FAILURE, f"there is no TwiML bin {sid}")
    return twiml_bin.twiml
