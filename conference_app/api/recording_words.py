"""Recordings in Twilio's words."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from rest_framework import serializers

from conference_app.api.formats import API_VERSION, account_uri, rfc2822
from conference_app.api.moments import MomentFilters
from conference_app.models import Recording, RecordingStatus
from conference_app.services.webhook_params import recording_url

INTERNAL_ERROR: Final = 12400
"""Twilio's code for a failure that is not the user's."""


class RecordingFilters(MomentFilters):
    """GET Recordings. Nothing is kept of what was deleted, so IncludeSoftDeleted adds nothing."""

    moments: ClassVar[Mapping[str, str]] = {"DateCreated": "created_at"}

    CallSid = serializers.RegexField(r"^CA[0-9a-fA-F]{32}\Z", required=False)
    ConferenceSid = serializers.RegexField(r"^CF[0-9a-fA-F]{32}\Z", required=False)
    IncludeSoftDeleted = serializers.BooleanField(required=False)


class SubresourceFilters(MomentFilters):
    """GET Conferences/{Sid}/Recordings and Calls/{Sid}/Recordings."""

    moments: ClassVar[Mapping[str, str]] = {"DateCreated": "created_at"}


def recording_lookups(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Turn RecordingFilters into look-ups of rows."""
    columns = {"CallSid": "call__sid", "ConferenceSid": "conference__sid"}
    plain = {columns[name]: value for name, value in filters.items() if name in columns}
    return {**plain, **RecordingFilters.moment_lookups(filters)}


def render_recording(recording: Recording) -> dict[str, Any]:
    """Recording resource."""
    uri = f"{account_uri(recording.account.sid)}/Recordings/{recording.sid}"
    return {
        **_facts(recording),
        "uri": f"{uri}.json",
        "subresource_uris": {},
        "media_url": recording_url(recording),
    }


def render_conference_recording(recording: Recording, *, status: str = "") -> dict[str, Any]:
    """Recording as a resource below its conference; `status` where the engine is still to bring it
    about.
    """
    return _below(f"Conferences/{recording.about.sid}", recording, status)


def render_call_recording(recording: Recording, *, status: str = "") -> dict[str, Any]:
    """Recording as a resource below its call; `status` as for one of a conference."""
    below = _below(f"Calls/{recording.about.sid}", recording, status)
    return {**below, "track": recording.track}


def _below(owner: str, recording: Recording, status: str) -> dict[str, Any]:
    facts = _facts(recording)
    return {
        **facts,
        "status": status or facts["status"],
        "uri": f"{account_uri(recording.account.sid)}/{owner}/Recordings/{recording.sid}.json",
    }


def _facts(recording: Recording) -> dict[str, Any]:
    duration_ms = recording.duration_ms
    return {
        "account_sid": recording.account.sid,
        "api_version": API_VERSION,
        "call_sid": recording.call.sid if recording.call else None,
        "conference_sid": recording.conference.sid if recording.conference else None,
        "channels": recording.channels,
        "date_created": rfc2822(recording.created_at),
        "date_updated": rfc2822(recording.updated_at),
        "start_time": rfc2822(recording.started_at),
        "duration": None if duration_ms is None else str(round(duration_ms / 1000)),
        "sid": recording.sid,
        "price": None,
        "price_unit": None,
        "status": _status(recording),
        "source": recording.source,
        "error_code": INTERNAL_ERROR if recording.error else None,
        "encryption_details": None,
    }


def _status(recording: Recording) -> str:
    """Twilio has no "failed": what could be saved is a recording, else there is none."""
    if recording.status == RecordingStatus.IN_PROGRESS and recording.paused:
        return "paused"
    if recording.status != RecordingStatus.FAILED:
        return recording.status
    return RecordingStatus.COMPLETED if recording.is_playable else RecordingStatus.ABSENT
