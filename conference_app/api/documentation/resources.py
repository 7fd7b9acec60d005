"""What each resource looks like, key for key as `api/serializers.py` renders it."""

from typing import Final

from conference_app.api.documentation.shapes import (
    ACCOUNT,
    MOMENT,
    NOTHING,
    URI,
    flag,
    maybe,
    number,
    one_of,
    record,
    sid,
    text,
)
from conference_app.api.formats import API_VERSION
from conference_app.models import ConferenceStatus, ParticipantStatus

_METHOD: Final = one_of("POST", "GET")
_VERSION: Final = one_of(API_VERSION)

ERROR: Final = record(
    "Error",
    code=number(20404),
    message=text("The requested resource … was not found"),
    more_info=text("https://www.twilio.com/docs/errors/20404"),
    status=number(404),
)

APPLICATION: Final = record(
    "Application",
    account_sid=ACCOUNT,
    api_version=_VERSION,
    date_created=MOMENT,
    date_updated=MOMENT,
    friendly_name=text("reception"),
    message_status_callback=NOTHING,
    sid=sid("AP"),
    sms_fallback_method=NOTHING,
    sms_fallback_url=NOTHING,
    sms_method=NOTHING,
    sms_status_callback=NOTHING,
    sms_url=NOTHING,
    status_callback=maybe(text()),
    status_callback_method=_METHOD,
    uri=URI,
    voice_caller_id_lookup=flag(False),
    voice_fallback_method=_METHOD,
    voice_fallback_url=maybe(text()),
    voice_method=_METHOD,
    voice_url=maybe(text(), example="https://example.org/voice"),
    public_application_connect_enabled=flag(False),
)

CONFERENCE: Final = record(
    "Conference",
    account_sid=ACCOUNT,
    api_version=_VERSION,
    date_created=MOMENT,
    date_updated=MOMENT,
    friendly_name=text("Room 1234"),
    sid=sid("CF"),
    region=NOTHING,
    status=one_of(*ConferenceStatus.values, example="in-progress"),
    subresource_uris=record(participants=URI, recordings=URI),
    uri=URI,
    reason_conference_ended=maybe(text()),
    call_sid_ending_conference=maybe(sid("CA")),
)

PARTICIPANT: Final = record(
    "Participant",
    account_sid=ACCOUNT,
    call_sid=sid("CA"),
    label=maybe(text(), example="agent"),
    conference_sid=sid("CF"),
    date_created=MOMENT,
    date_updated=MOMENT,
    end_conference_on_exit=flag(False),
    muted=flag(True),
    hold=flag(False),
    status=one_of(*ParticipantStatus.values, example="connected"),
    start_conference_on_enter=flag(True),
    coaching=flag(False),
    call_sid_to_coach=maybe(sid("CA")),
    queue_time=NOTHING,
    uri=URI,
)

_KEY: Final = {
    "sid": sid("SK"),
    "friendly_name": text("phones"),
    "date_created": MOMENT,
    "date_updated": MOMENT,
}
KEY: Final = record("Key", **_KEY)
NEW_KEY: Final = record("NewKey", **_KEY, secret=text("k4Wb…"))

NAMED: Final = (ERROR, APPLICATION, CONFERENCE, PARTICIPANT, KEY, NEW_KEY)
"""Described once, in the schema's components."""
