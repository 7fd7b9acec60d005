"""What POST Calls and POST Participants may carry, and what it means to services."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl

from django.conf import settings
from rest_framework import serializers
from typing_extensions import override

from conference_app.api.formats import WordsField, check_url
from conference_app.api.serializers import Parameters
from conference_app.http_client import FetchError, read_socket_target
from conference_app.models import Application, HttpMethod
from conference_app.services import documents, own_addresses
from conference_app.services.call_plan import (
    CLIENT_PREFIX,
    DEFAULT_RINGING_S,
    DEFAULT_TIME_LIMIT_S,
    CallPlan,
)
from conference_app.services.calling import Callee, StatusCallback
from conference_app.services.inviting import Invitation
from conference_app.twiml import Beep, CallAnswered, Conference

CALL_EVENTS: Final = ("initiated", "ringing", "answered", "completed")
CONFERENCE_EVENTS: Final = (
    *("start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"),
)
RECORDING_EVENTS: Final = ("in-progress", "completed", "failed", "absent")

MAX_RINGING_S: Final = 600
MAX_TIME_LIMIT_S: Final = 86_400
MAX_PARTICIPANTS: Final = 250
"""What Twilio takes; this server's own ceiling counts all the same."""

MAX_PARAMETERS: Final = 20
LONGEST_PARAMETER: Final = 500

_DIGITS: Final = re.compile(r"\A[0-9A-D#*wW]{1,32}\Z")
_CALL_SID: Final = re.compile(r"\ACA[0-9a-fA-F]{32}\Z")


class NamedValuesField(serializers.Field[Any, Any, Any, Any]):
    """`name=value`, as often as wanted: what Twilio's <Parameter> says."""

    def __init__(self) -> None:
        super().__init__(required=False)

    @override
    def to_internal_value(self, data: Any) -> dict[str, str]:
        named = dict(text.partition("=")[::2] for text in data)
        if len(data) > MAX_PARAMETERS or not all(map(_is_parameter, named.items())):
            raise serializers.ValidationError(
                f"At most {MAX_PARAMETERS}, each name=value, printable, of at most "
                f"{LONGEST_PARAMETER} characters."
            )
        return named

    @override
    def to_representation(self, value: Any) -> Any:
        return value


def _is_parameter(named: tuple[str, str]) -> bool:
    name, value = named
    length = len(name) + len(value)
    return bool(name) and (name + value).isprintable() and length <= LONGEST_PARAMETER


def _url() -> serializers.CharField:
    return serializers.CharField(required=False, max_length=2048, validators=[check_url])


def _method() -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=HttpMethod.choices, required=False)


class _Ringing(Parameters):
    """What both have."""

    LISTS: ClassVar[tuple[str, ...]] = ("StatusCallbackEvent", "Parameter")

    To = serializers.CharField(max_length=255)
    From = serializers.CharField(max_length=255)
    StatusCallback = _url()
    StatusCallbackMethod = _method()
    StatusCallbackEvent = WordsField(CALL_EVENTS)
    Timeout = serializers.IntegerField(required=False, min_value=1, max_value=MAX_RINGING_S)
    TimeLimit = serializers.IntegerField(required=False, min_value=1, max_value=MAX_TIME_LIMIT_S)
    Parameter = NamedValuesField()

    def validate_From(self, value: str) -> str:
        return _printable(value)

    def validate_To(self, value: str) -> str:
        _split_callee(_printable(value))
        return value


class NewCallParameters(_Ringing):
    """POST Calls."""

    unbuilt = ("Record", "MachineDetection", "AsyncAmd")

    Url = _url()
    Method = _method()
    FallbackUrl = _url()
    FallbackMethod = _method()
    Twiml = serializers.CharField(required=False, max_length=4000, trim_whitespace=False)
    ApplicationSid = serializers.CharField(required=False, max_length=34)
    SendDigits = serializers.RegexField(_DIGITS, required=False)

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if not attrs.keys() & {"Url", "Twiml", "ApplicationSid"}:
            raise serializers.ValidationError({"Url": "Give Url, Twiml or ApplicationSid."})
        return attrs


class InvitationParameters(_Ringing):
    """POST Participants. EarlyMedia, RecordingTrack and what concerns telephones has no effect
    here.
    """

    LISTS = (
        *_Ringing.LISTS,
        "ConferenceStatusCallbackEvent",
        "ConferenceRecordingStatusCallbackEvent",
    )
    unbuilt = ("Record", "MachineDetection")

    CallerId = serializers.CharField(required=False, max_length=255)
    Label = serializers.CharField(required=False, max_length=128)
    EarlyMedia = serializers.BooleanField(required=False)
    Beep = serializers.ChoiceField(choices=[kind.value for kind in Beep], required=False)
    Muted = serializers.BooleanField(required=False)
    StartConferenceOnEnter = serializers.BooleanField(required=False)
    EndConferenceOnExit = serializers.BooleanField(required=False)
    WaitUrl = serializers.CharField(required=False, allow_blank=True, max_length=2048)
    WaitMethod = _method()
    MaxParticipants = serializers.IntegerField(
        required=False, min_value=2, max_value=MAX_PARTICIPANTS
    )
    ConferenceRecord = serializers.ChoiceField(
        choices=["true", "false", "record-from-start", "do-not-record"], required=False
    )
    ConferenceTrim = serializers.ChoiceField(
        choices=["trim-silence", "do-not-trim"], required=False
    )
    ConferenceStatusCallback = _url()
    ConferenceStatusCallbackMethod = _method()
    ConferenceStatusCallbackEvent = WordsField(CONFERENCE_EVENTS)
    ConferenceRecordingStatusCallback = _url()
    ConferenceRecordingStatusCallbackMethod = _method()
    ConferenceRecordingStatusCallbackEvent = WordsField(RECORDING_EVENTS)
    Coaching = serializers.BooleanField(required=False)
    CallSidToCoach = serializers.RegexField(_CALL_SID, required=False)
    JitterBufferSize = serializers.ChoiceField(
        choices=["off", "small", "medium", "large"], required=False
    )

    def validate_Label(self, value: str) -> str:
        # In a path a label must not be taken for something else.
        if "/" in value or not value.isprintable() or _CALL_SID.fullmatch(value):
            raise serializers.ValidationError("Must have no slash, and not be a call SID.")
        return value

    def validate_WaitUrl(self, value: str) -> str:
        if value:
            check_url(value)
        return value

    def validate_CallerId(self, value: str) -> str:
        return _printable(value)

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if attrs.get("Coaching") and "CallSidToCoach" not in attrs:
            raise serializers.ValidationError({"CallSidToCoach": "Coaching needs one."})
        return attrs


def read_callee(sent: Mapping[str, Any]) -> tuple[Callee, Mapping[str, str]]:
    """Give whom to call, and what he or she is told beside the call itself."""
    address, parameters = _split_callee(sent["To"])
    told = parameters | sent.get("Parameter", {})
    return Callee(sent["To"], address), MappingProxyType(told)


def _split_callee(to: str) -> tuple[str, dict[str, str]]:
    """Give identity or URL, and the parameters of `client:alice?name=value`, as Twilio reads it.

    ValidationError for anything else than client:, ws: and wss:.
    """
    if to.startswith(CLIENT_PREFIX):
        identity, _, query = to.removeprefix(CLIENT_PREFIX).partition("?")
        parameters = dict(parse_qsl(query, max_num_fields=MAX_PARAMETERS))
        if identity and all(map(_is_parameter, parameters.items())):
            return identity, parameters
        raise serializers.ValidationError("After client: comes an identity, then ?name=value.")
    if to.lower().startswith(("ws:", "wss:")):
        try:
            read_socket_target(to)
        except FetchError as error:
            raise serializers.ValidationError(error.reason) from None
        return to, {}
    raise serializers.ValidationError(
        "This server calls client:<identity>, or a ws:// or wss:// URL; there are no telephones."
    )


def _printable(value: str) -> str:
    if not value.isprintable():
        raise serializers.ValidationError("Must be printable text.")
    return value


def read_callback(sent: Mapping[str, Any]) -> StatusCallback:
    """Give who is told how the call fares."""
    return StatusCallback(
        own_addresses.absolute(sent["StatusCallback"]) if "StatusCallback" in sent else "",
        sent.get("StatusCallbackMethod", "POST"),
        sent.get("StatusCallbackEvent") or ("completed",),
    )


def read_plan(
    sent: Mapping[str, Any], application: Application | None, parameters: Mapping[str, str]
) -> CallPlan:
    """Give what the call does when it is answered. As at Twilio an application goes before a URL,
    and a URL before TwiML.
    """
    document = None
    if application is not None:
        answered = documents.first_of(application)
    else:
        fallback = sent.get("FallbackUrl")
        answered = CallAnswered(
            own_addresses.absolute(sent.get("Url", "/")),
            sent.get("Method", "POST"),
            own_addresses.absolute(fallback) if fallback else None,
            sent.get("FallbackMethod", "POST"),
        )
        document = sent["Twiml"] if "Url" not in sent else None
    return CallPlan(
        answered,
        document,
        sent.get("SendDigits", ""),
        sent.get("Timeout", DEFAULT_RINGING_S),
        sent.get("TimeLimit", DEFAULT_TIME_LIMIT_S),
        parameters,
    )


def read_invitation(sent: Mapping[str, Any]) -> Invitation:
    """Give whom to bring into a conference, and how."""
    callee, parameters = read_callee(sent)
    return Invitation(
        callee=callee,
        caller=sent.get("CallerId") or sent["From"],
        terms=_terms(sent),
        plan=CallPlan(
            CallAnswered(own_addresses.absolute("/")),
            ringing_s=sent.get("Timeout", DEFAULT_RINGING_S),
            time_limit_s=sent.get("TimeLimit", DEFAULT_TIME_LIMIT_S),
            parameters=parameters,
        ),
        callback=read_callback(sent),
    )


def _terms(sent: Mapping[str, Any]) -> Conference:
    ceiling: int = settings.CONFAB_MAX_PARTICIPANTS
    return Conference(
        name="",
        muted=sent.get("Muted", False),
        beep=Beep(sent.get("Beep", "true")),
        start_on_enter=sent.get("StartConferenceOnEnter", True),
        end_on_exit=sent.get("EndConferenceOnExit", False),
        wait_url=_absolute(sent.get("WaitUrl")),
        wait_method=sent.get("WaitMethod", "POST"),
        max_participants=min(sent.get("MaxParticipants", ceiling), ceiling),
        record=sent.get("ConferenceRecord") in ("true", "record-from-start"),
        trim=sent.get("ConferenceTrim") != "do-not-trim",
        participant_label=sent.get("Label"),
        jitter_buffer_size=sent.get("JitterBufferSize", "large"),
        coach=sent.get("CallSidToCoach") if sent.get("Coaching", True) else None,
        status_callback=_absolute(sent.get("ConferenceStatusCallback")),
        status_callback_method=sent.get("ConferenceStatusCallbackMethod", "POST"),
        status_callback_events=sent.get("ConferenceStatusCallbackEvent") or ("start", "end"),
        recording_status_callback=_absolute(sent.get("ConferenceRecordingStatusCallback")),
        recording_status_callback_method=sent.get(
            "ConferenceRecordingStatusCallbackMethod", "POST"
        ),
        recording_status_callback_events=sent.get("ConferenceRecordingStatusCallbackEvent")
        or ("completed",),
    )


def _absolute(url: str | None) -> str | None:
    """Make a path of ours absolute; "" and None say something of their own."""
    return own_addresses.absolute(url) if url else url
