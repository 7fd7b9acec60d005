"""The one home of the translation between Twilio's words and ours.

Parameters classes check what a client sends, under the names it sends; render functions give the
JSON of Twilio's API of 2010-04-01, key for key.
"""

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from rest_framework import serializers
from typing_extensions import override

from conference_app.models import (
    Application,
    Conference,
    ConferenceStatus,
    HttpMethod,
    Participant,
)
from conference_app.services.applications import CallUrls

API_VERSION = "2010-04-01"


# --- What comes in -------------------------------------------------------------------------------


class Parameters(serializers.Serializer[Any]):
    """What one request may carry. Names that are not declared are ignored, as Twilio does.

    Names in `unbuilt` are refused: to ignore them would be to promise what does not happen.
    """

    unbuilt: ClassVar[tuple[str, ...]] = ()

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in self.unbuilt:
            if name in self.initial_data:
                raise serializers.ValidationError({name: "This server can not do this yet."})
        return attrs

    @classmethod
    def read(cls, sent: Any) -> dict[str, Any]:
        """Give what was sent (a mapping), checked and converted; ValidationError with the
        parameter's name.

        Of a parameter that was sent more than once the last counts.
        """
        # A plain dict: in a QueryDict the framework takes a missing boolean for false.
        parameters = cls(data=dict(sent.items()))
        parameters.is_valid(raise_exception=True)
        return dict(parameters.validated_data)

    @classmethod
    def read_filters(cls, query: Mapping[str, Any]) -> dict[str, Any]:
        """Like read, for a query string: an empty value is none."""
        return cls.read({name: value for name, value in query.items() if value != ""})


def check_url(url: str) -> None:
    """Take an absolute http(s) URL or a path on this server; single-label hosts are fine on one's
    own network.
    """
    wrong = serializers.ValidationError("Enter an absolute http or https URL.")
    if not url.isprintable() or " " in url:
        raise wrong
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise wrong from error
    on_this_server = url.startswith("/") and not url.startswith("//")
    if not on_this_server and not (parts.scheme in ("http", "https") and parts.hostname):
        raise wrong


def _url_field() -> serializers.CharField:
    return serializers.CharField(
        required=False, allow_blank=True, max_length=2048, validators=[check_url]
    )


def _method_field() -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=HttpMethod.choices, required=False)


class ApplicationParameters(Parameters):
    """POST Applications; what concerns messages is ignored."""

    FriendlyName = serializers.CharField(required=False, allow_blank=True, max_length=64)
    VoiceUrl = _url_field()
    VoiceMethod = _method_field()
    VoiceFallbackUrl = _url_field()
    VoiceFallbackMethod = _method_field()
    StatusCallback = _url_field()
    StatusCallbackMethod = _method_field()


def call_urls(parameters: Mapping[str, Any]) -> CallUrls:
    """Take the URLs out of ApplicationParameters."""
    return CallUrls(
        voice_url=parameters.get("VoiceUrl", ""),
        voice_method=parameters.get("VoiceMethod", HttpMethod.POST),
        voice_fallback_url=parameters.get("VoiceFallbackUrl", ""),
        voice_fallback_method=parameters.get("VoiceFallbackMethod", HttpMethod.POST),
        status_callback=parameters.get("StatusCallback", ""),
        status_callback_method=parameters.get("StatusCallbackMethod", HttpMethod.POST),
    )


class ApplicationFilters(Parameters):
    """GET Applications."""

    FriendlyName = serializers.CharField(required=False, max_length=64)


class ConferenceParameters(Parameters):
    """POST Conferences/{Sid}."""

    unbuilt = ("AnnounceUrl", "AnnounceMethod")

    Status = serializers.ChoiceField(choices=[ConferenceStatus.COMPLETED.value], required=False)


class ConferenceFilters(Parameters):
    """GET Conferences. "DateCreated<" and "DateCreated>" include their day, as the "=" that follows
    says.
    """

    FriendlyName = serializers.CharField(required=False, max_length=128, trim_whitespace=False)
    Status = serializers.ChoiceField(choices=ConferenceStatus.choices, required=False)

    @override
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        for name in CONFERENCE_DAYS:
            fields[name] = serializers.DateField(required=False)
        return fields


CONFERENCE_DAYS = {
    "DateCreated": "created_at__date",
    "DateCreated<": "created_at__date__lte",
    "DateCreated>": "created_at__date__gte",
    "DateUpdated": "updated_at__date",
    "DateUpdated<": "updated_at__date__lte",
    "DateUpdated>": "updated_at__date__gte",
}
"""The date filters, and the look-up that each stands for (days in UTC)."""


def conference_lookups(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Turn ConferenceFilters into look-ups of rows."""
    columns = {"FriendlyName": "friendly_name", "Status": "status", **CONFERENCE_DAYS}
    return {columns[name]: value for name, value in filters.items()}


class ParticipantParameters(Parameters):
    """POST Conferences/{Sid}/Participants/{CallSid}."""

    unbuilt = (
        "Hold",
        "HoldUrl",
        "HoldMethod",
        "AnnounceUrl",
        "AnnounceMethod",
        "WaitUrl",
        "WaitMethod",
        "BeepOnExit",
        "EndConferenceOnExit",
        "Coaching",
        "CallSidToCoach",
    )

    Muted = serializers.BooleanField(required=False)


class ParticipantFilters(Parameters):
    """GET Conferences/{Sid}/Participants."""

    Muted = serializers.BooleanField(required=False)
    Hold = serializers.BooleanField(required=False)
    Coaching = serializers.BooleanField(required=False)


def participant_lookups(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Turn ParticipantFilters into look-ups of rows."""
    return {name.lower(): value for name, value in filters.items()}


# --- What goes out -------------------------------------------------------------------------------


def render_application(application: Application) -> dict[str, Any]:
    """Application resource; what concerns messages is empty."""
    account_sid = application.account.sid
    return {
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "date_created": rfc2822(application.created_at),
        "date_updated": rfc2822(application.updated_at),
        "friendly_name": application.friendly_name,
        "message_status_callback": None,
        "sid": application.sid,
        "sms_fallback_method": None,
        "sms_fallback_url": None,
        "sms_method": None,
        "sms_status_callback": None,
        "sms_url": None,
        "status_callback": application.status_callback or None,
        "status_callback_method": application.status_callback_method,
        "uri": f"{account_uri(account_sid)}/Applications/{application.sid}.json",
        "voice_caller_id_lookup": False,
        "voice_fallback_method": application.voice_fallback_method,
        "voice_fallback_url": application.voice_fallback_url or None,
        "voice_method": application.voice_method,
        "voice_url": application.voice_url or None,
        "public_application_connect_enabled": False,
    }


def render_conference(conference: Conference) -> dict[str, Any]:
    """Conference resource."""
    uri = f"{account_uri(conference.account.sid)}/Conferences/{conference.sid}"
    return {
        "account_sid": conference.account.sid,
        "api_version": API_VERSION,
        "date_created": rfc2822(conference.created_at),
        "date_updated": rfc2822(conference.updated_at),
        "friendly_name": conference.friendly_name,
        "sid": conference.sid,
        "region": None,
        "status": conference.status,
        "subresource_uris": {
            "participants": f"{uri}/Participants.json",
            "recordings": f"{uri}/Recordings.json",
        },
        "uri": f"{uri}.json",
        "reason_conference_ended": conference.reason_ended or None,
        "call_sid_ending_conference": conference.call_sid_ending or None,
    }


def render_participant(participant: Participant) -> dict[str, Any]:
    """Participant resource."""
    conference, call_sid = participant.conference, participant.call.sid
    uri = f"{account_uri(conference.account.sid)}/Conferences/{conference.sid}"
    return {
        "account_sid": conference.account.sid,
        "call_sid": call_sid,
        "label": participant.label or None,
        "conference_sid": conference.sid,
        "date_created": rfc2822(participant.created_at),
        "date_updated": rfc2822(participant.updated_at),
        "end_conference_on_exit": participant.end_on_exit,
        "muted": participant.muted,
        "hold": participant.hold,
        "status": participant.status,
        "start_conference_on_enter": participant.start_on_enter,
        "coaching": participant.coaching,
        "call_sid_to_coach": participant.call_sid_to_coach or None,
        "queue_time": None,
        "uri": f"{uri}/Participants/{call_sid}.json",
    }


def account_uri(account_sid: str) -> str:
    return f"/{API_VERSION}/Accounts/{account_sid}"


def rfc2822(moment: datetime) -> str:
    return format_datetime(moment)
