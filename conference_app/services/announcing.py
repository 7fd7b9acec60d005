"""Announcements: a file, a document or a text gets its sound, and is played over the talk of a
meeting.

A document may only Play, Say and Pause: an announcement has an end.
"""

from dataclasses import replace
from functools import partial
from typing import Final

from django.db import transaction

from conference_app import engine
from conference_app.http_client import Cookies, FetchError
from conference_app.models import Account, AlertLevel, Call, Conference
from conference_app.services import alerts, documents, sounds
from conference_app.services.fault_log import FaultLog
from conference_app.services.http_door import Asker
from conference_app.services.sound_wish import SoundWish
from conference_app.services.waiting import NOT_ALLOWED_WHILE_WAITING
from conference_app.twiml import PlayDigits, PlayUrl, Speak, TwimlError, Verb, Wait, step_for
from media_engine import EngineError
from media_engine.commands import Announce
from media_engine.events import AnnouncementFailed
from media_engine.sources import Queue, Source

MOST_VERBS: Final = 50
"""In one announcement; all its sound is had before it begins."""


def on_commit(
    *, account: Account, conference: Conference, wish: SoundWish, to: Call | None
) -> None:
    """Announce something once the transaction is safe; `to` has its account and application at
    hand, for the loop may not ask the database. Raises NotRunning then.
    """
    about = (("ConferenceSid", conference.sid), ("FriendlyName", conference.friendly_name))
    announcement = partial(
        announce,
        account=account,
        conference_sid=conference.sid,
        wish=replace(wish, params=about),
        to=to,
    )
    name = f"announcement in {conference.sid}"
    transaction.on_commit(lambda: engine.spawn(announcement, name=name))


async def announce(
    *, account: Account, conference_sid: str, wish: SoundWish, to: Call | None
) -> None:
    """Get the sound and play it to a call, or (None) to all in the meeting.

    What can not be had or heard is announcement-fail and an entry in the debugger log.
    """
    leg_id = to.sid if to is not None else None
    context = wish.to_json()
    try:
        source = await _sound(to or account, wish)
        engine.post(Announce(conference_sid, leg_id, source, context))
        return
    except (FetchError, TwimlError) as error:
        code, reason = int(error.code), str(error.reason)
    except EngineError as error:
        code, reason = sounds.CONTENT_NOT_PLAYABLE, str(error)
    engine.announce(AnnouncementFailed(conference_sid, leg_id, context, f"{code}: {reason}"))
    await alerts.report(
        account=account,
        call=to,
        level=AlertLevel.ERROR,
        code=code,
        message=reason,
        request_url=wish.fetch.url,
        request_method=wish.method,
    )


async def _sound(asker: Asker, wish: SoundWish) -> Source:
    cookies = Cookies()
    if wish.text:
        return await sounds.of_step(asker, Speak(wish.text), cookies, FaultLog(asker))
    answer = await documents.ask(asker, wish.fetch, cookies)
    if answer.sound is not None:
        return sounds.repeated(await sounds.decoded(answer.sound), 1)
    verbs = (await documents.read(answer.twiml)).verbs
    if len(verbs) > MOST_VERBS:
        raise TwimlError(NOT_ALLOWED_WHILE_WAITING, f"more than {MOST_VERBS} verbs")
    faults = FaultLog(asker)
    steps = [_step(verb, answer.url) for verb in verbs]
    return Queue([await sounds.of_step(asker, step, cookies, faults) for step in steps])


def _step(verb: Verb, document_url: str) -> sounds.SoundStep:
    step = step_for(verb, document_url)
    if isinstance(step, PlayUrl | PlayDigits | Speak | Wait):
        return step
    raise TwimlError(
        NOT_ALLOWED_WHILE_WAITING,
        f"<{type(verb).__name__}> is not allowed in an announcement: only Play, Say, Pause",
    )
