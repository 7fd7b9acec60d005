"""The home of the translation between Twilio's words and ours; the `*_words` modules beside it hold
the rest.

Parameters classes check what a client sends, under the names it sends; render functions give the
JSON of Twilio's API of 2010-04-01, key for key.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar, Literal

from rest_framework import serializers
from typing_extensions import override

from conference_app.api.formats import (
    API_VERSION,
    account_uri,
    check_url,
    method_field,
    rfc2822,
    url_field,
)
from conference_app.models import (
    Application,
    Conference,
    ConferenceStatus,
    HttpMethod,
    Participant,
)
from conference_app.selectors import AudibleParticipant
from conference_app.services import own_addresses
from conference_app.services.applications import CallUrls
from conference_app.services.participants import MAX_VOLUME, Wishes
from conference_app.services.sound_wish import SoundWish

# --- What comes in -------------------------------------------------------------------------------


class Parameters(serializers.Serializer[Any]):
    """What one request may carry. Names that are not declared are ignored, as Twilio does.

    Names in `unbuilt` are refused: to ignore them would be to promise what does not happen. Names
    in LISTS may come more than once, see read_lists().
    """

    LISTS: ClassVar[tuple[str, ...]] = ()
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
    def read_lists(cls, sent: Any) -> dict[str, Any]:
        """Like read, for a form in which the names in LISTS may come more than once."""
        one_each = dict(sent.items())
        lists = {name: sent.getlist(name) for name in cls.LISTS if name in sent}
        return cls.read(one_each | lists)

    @classmethod
    def read_filters(cls, query: Mapping[str, Any]) -> dict[str, Any]:
        """Like read, for a query string: an empty value is none."""
        return cls.read({name: value for name, value in query.items() if value != ""})


def _sound_field() -> serializers.CharField:
    return serializers.CharField(required=False, max_length=2048, validators=[check_url])


def sound_wish(sent: Mapping[str, Any], kind: str, *, method: HttpMethod) -> SoundWish | None:
    """Take the URL (`HoldUrl` for `Hold`) and the method out of parameters; None: it was not
    sent.
    """
    url = sent.get(f"{kind}Url")
    if url is None:
        return None
    chosen: Literal["GET", "POST"] = "GET" if sent.get(f"{kind}Method", method) == "GET" else "POST"
    return SoundWish(own_addresses.absolute(url) if url else "", chosen)


class ApplicationParameters(Parameters):
    """POST Applications; what concerns messages is ignored."""

    FriendlyName = serializers.CharField(required=False, allow_blank=True, max_length=64)
    VoiceUrl = url_field()
    VoiceMethod = method_field()
    VoiceFallbackUrl = url_field()
    VoiceFallbackMethod = method_field()
    StatusCallback = url_field()
    StatusCallbackMethod = method_field()


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


APPLICATION_COLUMNS = {
    "FriendlyName": "friendly_name",
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
}
"""The column of each of ApplicationParameters, for changes of some."""


class ApplicationFilters(Parameters):
    """GET Applications."""

    FriendlyName = serializers.CharField(required=False, max_length=64)


class ConferenceParameters(Parameters):
    """POST Conferences/{Sid}."""

    Status = serializers.ChoiceField(choices=[ConferenceStatus.COMPLETED.value], required=False)
    AnnounceUrl = _sound_field()
    AnnounceMethod = method_field()


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
    """POST Conferences/{Sid}/Participants/{CallSid}; Volume, ForCallSid, Deaf, AutoGainControl and
    NoiseSuppression are our own.
    """

    Muted = serializers.BooleanField(required=False)
    Hold = serializers.BooleanField(required=False)
    HoldUrl = url_field()
    HoldMethod = method_field()
    AnnounceUrl = _sound_field()
    AnnounceMethod = method_field()
    WaitUrl = url_field()
    WaitMethod = method_field()
    BeepOnExit = serializers.BooleanField(required=False)
    EndConferenceOnExit = serializers.BooleanField(required=False)
    Coaching = serializers.BooleanField(required=False)
    CallSidToCoach = serializers.RegexField(r"^CA[0-9a-fA-F]{32}\Z", required=False)
    Volume = serializers.FloatField(required=False, min_value=0.0, max_value=MAX_VOLUME)
    ForCallSid = serializers.RegexField(r"^CA[0-9a-fA-F]{32}\Z", required=False)
    Deaf = serializers.BooleanField(required=False)
    AutoGainControl = serializers.BooleanField(required=False)
    NoiseSuppression = serializers.BooleanField(required=False)

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not math.isfinite(attrs.get("Volume", 1.0)):
            raise serializers.ValidationError({"Volume": "Enter a number."})
        if "ForCallSid" in attrs and "Volume" not in attrs:
            raise serializers.ValidationError({"ForCallSid": "Volume must be given with it."})
        return super().validate(attrs)


def wishes(sent: Mapping[str, Any], participant: Participant) -> Wishes:
    """Turn ParticipantParameters into what the service is asked for. ValidationError when it is to
    coach and nobody says whom.
    """
    return Wishes(
        muted=sent.get("Muted"),
        held=sent.get("Hold"),
        hold_sound=sound_wish(sent, "Hold", method=HttpMethod.GET),
        deaf=sent.get("Deaf"),
        volume=sent.get("Volume"),
        volume_for=sent.get("ForCallSid"),
        auto_gain_control=sent.get("AutoGainControl"),
        noise_suppression=sent.get("NoiseSuppression"),
        coached=_coached(sent, participant),
        beep_on_exit=sent.get("BeepOnExit"),
        end_on_exit=sent.get("EndConferenceOnExit"),
        wait_sound=sound_wish(sent, "Wait", method=HttpMethod.POST),
        announcement=sound_wish(sent, "Announce", method=HttpMethod.POST),
    )


def _coached(sent: Mapping[str, Any], participant: Participant) -> str | None:
    """Say whom to coach; "": nobody; None: as it is."""
    call_sid = sent.get("CallSidToCoach")
    if "Coaching" not in sent:
        return call_sid
    if not sent["Coaching"]:
        return ""
    call_sid = call_sid or participant.call_sid_to_coach
    if not call_sid:
        raise serializers.ValidationError({"CallSidToCoach": "Say whom to coach."})
    return str(call_sid)


class RecordingUpdateParameters(Parameters):
    """POST Conferences/{Sid}/Recordings/{Sid} and Calls/{Sid}/Recordings/{Sid}."""

    Status = serializers.ChoiceField(choices=["paused", "in-progress", "stopped"])
    PauseBehavior = serializers.ChoiceField(choices=["skip", "silence"], default="silence")


class AudibilityParameters(Parameters):
    """GET Conferences/{Sid}/Audibility. At: RFC 2822 or ISO 8601, without a zone in UTC; now unless
    it is given.
    """

    At = serializers.CharField(required=False, max_length=64)

    def validate_At(self, sent: str) -> datetime:
        """Read a moment; a "+" that was not encoded has come as a space."""
        for text in (sent, "+".join(sent.rsplit(" ", 1))):
            for read in (datetime.fromisoformat, parsedate_to_datetime):
                try:
                    moment = read(text)
                    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
                except (ValueError, OverflowError, IndexError, TypeError):
                    continue
        raise serializers.ValidationError("Enter a time as in RFC 2822 or ISO 8601.")


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
        "sms_fallback_method": HttpMethod.POST,
        "sms_fallback_url": None,
        "sms_method": HttpMethod.POST,
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


def render_audibility(
    conference: Conference,
    at: datetime,
    present: Sequence[AudibleParticipant],
    active_speaker: str | None,
) -> dict[str, Any]:
    """Audibility resource: all who were in at a moment, each with the gains at which they heard the
    others; of those, who had the floor.
    """
    uri = f"{account_uri(conference.account.sid)}/Conferences/{conference.sid}/Audibility.json"
    is_in = any(one.call_sid == active_speaker for one in present)
    return {
        "account_sid": conference.account.sid,
        "api_version": API_VERSION,
        "conference_sid": conference.sid,
        "at": at.isoformat(),
        "bridged": conference.started_at is not None and conference.started_at <= at,
        "active_speaker": active_speaker if is_in else None,
        "participants": [
            {
                "call_sid": one.call_sid,
                "label": one.label or None,
                "muted": one.state.muted,
                "hold": one.state.held,
                "deaf": one.state.deaf,
                "volume": one.state.volume,
                "auto_gain_control": one.state.levelled,
                "noise_suppression": one.state.denoised,
                "coaching": one.state.coached is not None,
                "call_sid_to_coach": one.state.coached,
                "hears": one.hears,
            }
            for one in present
        ],
        "uri": uri,
    }
