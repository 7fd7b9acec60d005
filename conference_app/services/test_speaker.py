"""A synthetic talker, called into a meeting so that who is alone there hears something at once.

It is a participant like any other: it can be muted, put on hold and put out. It leaves by itself
after a few minutes, and when nobody else is there any more.
"""

import asyncio
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction

from conference_app.models import Call, CallDirection, Conference, Room
from conference_app.services import inviting, own_addresses, sounds
from conference_app.services.call_plan import TEST_SPEAKER_PREFIX, CallPlan
from conference_app.services.calling import Callee, StatusCallback
from conference_app.services.errors import ServiceError
from conference_app.services.inviting import Invitation
from conference_app.twiml import Beep, CallAnswered
from conference_app.twiml import Conference as Terms
from media_engine import Pcm

NAME: Final = "Test speaker"
STAYS_S: Final = 180

_VOICE: Final = Path(__file__).resolve().parents[1] / "demo_voices" / "alice.flac"


class SpeakerIsThere(ServiceError):
    """One test speaker is enough for a room."""


class NobodyListens(ServiceError):
    """Nobody is in the meeting who could hear it."""


@transaction.atomic
def call_in(*, conference: Conference) -> Call:
    """Call a test speaker into a live meeting. It comes silently, and starts a meeting that waits
    for a second participant.

    Raises SpeakerIsThere, NobodyListens, and what inviting.invite raises.
    """
    Room.objects.select_for_update().get(pk=conference.room_id)  # one who asks at a time
    called = f"{TEST_SPEAKER_PREFIX}{conference.friendly_name}"
    speakers = Call.objects.filter(
        account=conference.account, called=called, direction=CallDirection.OUTBOUND_API
    )
    if speakers.filter(ended_at__isnull=True).exists():
        raise SpeakerIsThere("The test speaker is there already.")
    if not conference.participants.filter(left_at__isnull=True).exists():
        raise NobodyListens("Nobody is in the meeting.")
    invitation = Invitation(
        callee=Callee(called, conference.sid),
        caller=NAME,
        terms=Terms(
            name=conference.friendly_name,
            beep=Beep.FALSE,
            wait_url="",
            max_participants=settings.CONFAB_MAX_PARTICIPANTS,
            participant_label=NAME,
        ),
        plan=CallPlan(CallAnswered(own_addresses.absolute("/")), time_limit_s=STAYS_S),
        callback=StatusCallback(),
    )
    _, call = inviting.invite(
        account=conference.account, room=conference.sid, invitation=invitation
    )
    return call


async def voice() -> Pcm:
    """Give what it says, at the mixing rate. Raises EngineError, OSError."""
    return await sounds.decoded(await asyncio.to_thread(_VOICE.read_bytes))
