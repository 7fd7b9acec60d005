"""What each resource looks like, key for key as `api/serializers.py` renders it."""

from typing import Final

from conference_app.api.documentation.shapes import (
    ACCOUNT,
    MOMENT,
    NOTHING,
    URI,
    each,
    flag,
    gain,
    many,
    maybe,
    number,
    one_of,
    record,
    sid,
    text,
)
from conference_app.api.formats import API_VERSION
from conference_app.models import (
    AccountStatus,
    CallDirection,
    CallStatus,
    ConferenceStatus,
    ParticipantStatus,
)

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
    sms_fallback_method=_METHOD,
    sms_fallback_url=NOTHING,
    sms_method=_METHOD,
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

CALL: Final = record(
    "Call",
    account_sid=ACCOUNT,
    answered_by=NOTHING,
    api_version=_VERSION,
    caller_name=NOTHING,
    date_created=MOMENT,
    date_updated=MOMENT,
    direction=one_of(*CallDirection.values),
    duration=maybe(text()),
    end_time=maybe(MOMENT),
    forwarded_from=NOTHING,
    **{"from": text("client:eve")},
    from_formatted=text("client:eve"),
    group_sid=NOTHING,
    parent_call_sid=NOTHING,
    phone_number_sid=NOTHING,
    price=NOTHING,
    price_unit=NOTHING,
    queue_time=text("0"),
    sid=sid("CA"),
    start_time=maybe(MOMENT, example=MOMENT.example),
    status=one_of(*CallStatus.values, example="in-progress"),
    subresource_uris=record(recordings=URI),
    to=text("reception"),
    to_formatted=text("reception"),
    trunk_sid=NOTHING,
    uri=URI,
)

_RECORDING: Final = {
    "account_sid": ACCOUNT,
    "api_version": _VERSION,
    "call_sid": NOTHING,
    "conference_sid": sid("CF"),
    "channels": number(1),
    "date_created": MOMENT,
    "date_updated": MOMENT,
    "start_time": MOMENT,
    "duration": maybe(text(), example="94"),
    "sid": sid("RE"),
    "price": NOTHING,
    "price_unit": NOTHING,
    "status": text("completed"),
    "source": text("StartConferenceRecordingAPI"),
    "error_code": maybe(number(0)),
    "encryption_details": NOTHING,
    "uri": URI,
}
_OF_EITHER: Final = {"call_sid": maybe(sid("CA")), "conference_sid": maybe(sid("CF"))}
RECORDING: Final = record(
    "Recording",
    **(_RECORDING | _OF_EITHER),
    subresource_uris=record(),
    media_url=text("https://voice.example.org/2010-04-01/Accounts/AC…/Recordings/RE…"),
)
CONFERENCE_RECORDING: Final = record("ConferenceRecording", **_RECORDING)
_OF_A_CALL: Final = {"call_sid": sid("CA"), "conference_sid": NOTHING, "source": text("DialVerb")}
CALL_RECORDING: Final = record(
    "CallRecording", **(_RECORDING | _OF_A_CALL), track=one_of("both", "inbound", "outbound")
)

THE_ACCOUNT: Final = record(
    "Account",
    auth_token=NOTHING,
    date_created=MOMENT,
    date_updated=MOMENT,
    friendly_name=text("Demo"),
    owner_account_sid=ACCOUNT,
    sid=ACCOUNT,
    status=one_of(*AccountStatus.values),
    subresource_uris=record(applications=URI, calls=URI, conferences=URI, recordings=URI),
    type=one_of("Full"),
    uri=URI,
)

AUDIBILITY: Final = record(
    "Audibility",
    account_sid=ACCOUNT,
    api_version=_VERSION,
    conference_sid=sid("CF"),
    at=text("2026-11-22T14:05:09+00:00"),
    bridged=flag(True),
    active_speaker=maybe(sid("CA")),
    participants=many(
        record(
            call_sid=sid("CA"),
            label=maybe(text(), example="agent"),
            muted=flag(False),
            hold=flag(False),
            deaf=flag(False),
            volume=gain(),
            auto_gain_control=flag(False),
            noise_suppression=flag(False),
            coaching=flag(False),
            call_sid_to_coach=maybe(sid("CA")),
            hears=each(sid("CA"), gain()),
        )
    ),
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

NAMED: Final = (
    ERROR,
    THE_ACCOUNT,
    APPLICATION,
    CALL,
    CONFERENCE,
    AUDIBILITY,
    PARTICIPANT,
    RECORDING,
    CONFERENCE_RECORDING,
    CALL_RECORDING,
    KEY,
    NEW_KEY,
)
"""Described once, in the schema's components."""
