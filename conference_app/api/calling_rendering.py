"""The resources that POST Calls and POST Participants answer with."""

from typing import Any

from conference_app.api.serializers import API_VERSION, account_uri, rfc2822
from conference_app.models import Call, CallStatus, Conference
from conference_app.twiml import Conference as Terms

_SUBRESOURCES = (
    *("notifications", "recordings", "payments", "events", "siprec", "streams", "transcriptions"),
    *("user_defined_message_subscriptions", "user_defined_messages"),
)


def render_call(call: Call) -> dict[str, Any]:
    """Call resource."""
    uri = f"{account_uri(call.account.sid)}/Calls/{call.sid}"
    took_place = call.status == CallStatus.COMPLETED and call.started_at and call.ended_at
    return {
        "account_sid": call.account.sid,
        "annotation": None,
        "answered_by": None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": rfc2822(call.created_at),
        "date_updated": rfc2822(call.updated_at),
        "direction": call.direction,
        "duration": str(round((call.ended_at - call.started_at).total_seconds()))
        if took_place and call.started_at and call.ended_at
        else None,
        "end_time": rfc2822(call.ended_at) if call.ended_at else None,
        "forwarded_from": None,
        "from": call.caller,
        "from_formatted": call.caller,
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": call.sid,
        "start_time": rfc2822(call.started_at) if call.started_at else None,
        "status": call.status,
        "subresource_uris": {name: f"{uri}/{_camel(name)}.json" for name in _SUBRESOURCES},
        "to": call.called,
        "to_formatted": call.called,
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }


def render_invited(conference: Conference, call: Call, terms: Terms) -> dict[str, Any]:
    """Participant resource of somebody who is being called and not yet in."""
    uri = f"{account_uri(conference.account.sid)}/Conferences/{conference.sid}"
    return {
        "account_sid": conference.account.sid,
        "call_sid": call.sid,
        "label": terms.participant_label,
        "conference_sid": conference.sid,
        "date_created": rfc2822(call.created_at),
        "date_updated": rfc2822(call.updated_at),
        "end_conference_on_exit": terms.end_on_exit,
        "muted": terms.muted,
        "hold": False,
        "status": "queued",
        "start_conference_on_enter": terms.start_on_enter,
        "coaching": terms.coach is not None,
        "call_sid_to_coach": terms.coach,
        "queue_time": None,
        "uri": f"{uri}/Participants/{call.sid}.json",
    }


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
