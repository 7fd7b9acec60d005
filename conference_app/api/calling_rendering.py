"""The resource that POST Participants answers with."""

from typing import Any

from conference_app.api.formats import account_uri, rfc2822
from conference_app.models import Call, Conference
from conference_app.twiml import Conference as Terms


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
