"""What can be asked of the recording of a call, in Twilio's words."""

from collections.abc import Mapping
from typing import Any, Final

from rest_framework import serializers

from conference_app.api.formats import WordsField, method_field, url_field
from conference_app.api.serializers import Parameters
from conference_app.models import HttpMethod
from conference_app.services import own_addresses
from conference_app.services.recording_wish import RecordingWish, channels_of

TOLD_OF: Final = ("in-progress", "completed", "absent")


class CallRecordingParameters(Parameters):
    """POST Calls/{Sid}/Recordings."""

    LISTS = ("RecordingStatusCallbackEvent",)

    RecordingChannels = serializers.ChoiceField(choices=["mono", "dual"], default="mono")
    RecordingTrack = serializers.ChoiceField(
        choices=["inbound", "outbound", "both"], default="both"
    )
    Trim = serializers.ChoiceField(choices=["trim-silence", "do-not-trim"], default="do-not-trim")
    RecordingStatusCallback = url_field()
    RecordingStatusCallbackMethod = method_field()
    RecordingStatusCallbackEvent = WordsField(TOLD_OF)


def read_wish(sent: Mapping[str, Any]) -> RecordingWish:
    """Take out of CallRecordingParameters how a call is to be recorded."""
    track, url = sent["RecordingTrack"], sent.get("RecordingStatusCallback", "")
    return RecordingWish(
        channels=channels_of(track, dual=sent["RecordingChannels"] == "dual"),
        track=track,
        trim=sent["Trim"] == "trim-silence",
        status_callback=own_addresses.absolute(url) if url else "",
        status_callback_method=sent.get("RecordingStatusCallbackMethod", HttpMethod.POST),
        status_callback_events=sent.get("RecordingStatusCallbackEvent") or ("completed",),
    )
