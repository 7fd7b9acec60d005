"""Calls in Twilio's words."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from rest_framework import serializers
from typing_extensions import override

from conference_app.api.calling_parameters import MAX_TIME_LIMIT_S
from conference_app.api.formats import (
    API_VERSION,
    account_uri,
    method_field,
    rfc2822,
    rfc2822_or_none,
    url_field,
)
from conference_app.api.moments import MomentFilters
from conference_app.api.serializers import Parameters
from conference_app.models import Call, CallStatus, HttpMethod
from conference_app.services.call_orders import NewDocument
from conference_app.services.calls import Callback

MAX_TWIML_CHARACTERS: Final = 4000
"""What Twilio takes as a parameter."""


class CallFilters(MomentFilters):
    """GET Calls."""

    moments: ClassVar[Mapping[str, str]] = {"StartTime": "started_at", "EndTime": "ended_at"}

    To = serializers.CharField(required=False, max_length=255, trim_whitespace=False)
    From = serializers.CharField(required=False, max_length=255, trim_whitespace=False)
    ParentCallSid = serializers.RegexField(r"^CA[0-9a-fA-F]{32}\Z", required=False)
    Status = serializers.ChoiceField(choices=CallStatus.choices, required=False)


def call_lookups(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Turn CallFilters into look-ups of rows; ParentCallSid is the caller's to heed."""
    columns = {"To": "called", "From": "caller", "Status": "status"}
    plain = {columns[name]: value for name, value in filters.items() if name in columns}
    return {**plain, **CallFilters.moment_lookups(filters)}


class CallParameters(Parameters):
    """POST Calls/{Sid}: what is to become of a call. Url counts before Twiml, as at Twilio."""

    Status = serializers.ChoiceField(
        choices=[CallStatus.CANCELED.value, CallStatus.COMPLETED.value], required=False
    )
    Url = url_field()
    Method = method_field()
    FallbackUrl = url_field()
    FallbackMethod = method_field()
    Twiml = serializers.CharField(
        required=False, max_length=MAX_TWIML_CHARACTERS, trim_whitespace=False
    )
    StatusCallback = url_field()
    StatusCallbackMethod = method_field()
    TimeLimit = serializers.IntegerField(required=False, min_value=1, max_value=MAX_TIME_LIMIT_S)

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "Status" in attrs and (attrs.get("Url") or attrs.get("Twiml")):
            raise serializers.ValidationError(
                {"Status": "A call can be ended or sent on to a new document, not both at once."}
            )
        return super().validate(attrs)


def new_document(parameters: Mapping[str, Any]) -> NewDocument | None:
    """Take out of CallParameters where the call is to go on; None: where it is."""
    if not (parameters.get("Url") or parameters.get("Twiml")):
        return None
    return NewDocument(
        url=parameters.get("Url", ""),
        method=parameters.get("Method", HttpMethod.POST),
        fallback_url=parameters.get("FallbackUrl", ""),
        fallback_method=parameters.get("FallbackMethod", HttpMethod.POST),
        twiml="" if parameters.get("Url") else parameters.get("Twiml", ""),
    )


def callback(parameters: Mapping[str, Any]) -> Callback | None:
    """Take out of CallParameters who is to hear of the call's end; None: as it was."""
    if "StatusCallback" not in parameters:
        return None
    method = parameters.get("StatusCallbackMethod", HttpMethod.POST)
    return Callback(parameters["StatusCallback"], method)


def render_call(call: Call) -> dict[str, Any]:
    """Call resource; what concerns the telephone network and money is empty."""
    uri = f"{account_uri(call.account.sid)}/Calls/{call.sid}"
    return {
        "account_sid": call.account.sid,
        "answered_by": None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": rfc2822(call.created_at),
        "date_updated": rfc2822(call.updated_at),
        "direction": call.direction,
        "duration": _seconds(call),
        "end_time": rfc2822_or_none(call.ended_at),
        "forwarded_from": None,
        "from": call.caller,
        "from_formatted": call.caller,
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": None,
        "queue_time": "0",
        "sid": call.sid,
        "start_time": rfc2822_or_none(call.started_at),
        "status": call.status,
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
        "to": call.called,
        "to_formatted": call.called,
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }


def _seconds(call: Call) -> str | None:
    if call.ended_at is None:
        return None
    lasted = call.ended_at - (call.started_at or call.ended_at)
    return str(max(0, round(lasted.total_seconds())))
