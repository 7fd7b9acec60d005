"""From a <Conference> element to the terms on which one comes to a meeting."""

import re
from collections.abc import Mapping
from typing import Final

from conference_app.twiml.errors import Code
from conference_app.twiml.tag import Tag
from conference_app.twiml.verbs import Beep, Conference, JitterBufferSize

MAX_NAME_CHARACTERS: Final = 128
RECORDING_EVENTS: Final = ("in-progress", "completed", "absent")
STATUS_EVENTS: Final = (
    *("start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"),
)

_BEEPS: Final = {kind.value: kind for kind in Beep}
_RECORD: Final = {"do-not-record": False, "record-from-start": True}
# The feature page calls the default trim_silence in its text and trim-silence in its table.
_TRIM: Final = {"trim-silence": True, "do-not-trim": False, "trim_silence": True}
_JITTER_BUFFERS: Final[Mapping[str, JitterBufferSize]] = {
    "small": "small",
    "medium": "medium",
    "large": "large",
    "off": "off",
}
_REGIONS: Final[Mapping[str, str | None]] = {
    region: region for region in ("us1", "us2", "ie1", "de1", "sg1", "br1", "au1", "jp1")
}
_CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}")


def read_conference(tag: Tag, max_participants: int) -> Conference:
    """Read a <Conference>; `max_participants` is the ceiling of that attribute, and its default.

    Twilio gives maxParticipants, record, region, jitterBufferSize and the status callback's
    attributes no codes of their own; they fail with 16002, "failed to validate conference
    attributes".
    """
    conference = Conference(
        name=_name(tag),
        muted=tag.flag("muted", False, Code.CONFERENCE_MUTED),
        beep=tag.choice("beep", _BEEPS, Beep.TRUE, Code.CONFERENCE_BEEP),
        start_on_enter=tag.flag("startConferenceOnEnter", True, Code.CONFERENCE_START_ON_ENTER),
        end_on_exit=tag.flag("endConferenceOnExit", False, Code.CONFERENCE_END_ON_EXIT),
        wait_url=_wait_url(tag),
        wait_method=tag.method("waitMethod", Code.CONFERENCE_WAIT_METHOD),
        max_participants=tag.whole_number(
            "maxParticipants", max_participants, Code.CONFERENCE_ATTRIBUTES, most=max_participants
        ),
        record=tag.choice("record", _RECORD, False, Code.CONFERENCE_ATTRIBUTES),
        trim=tag.choice("trim", _TRIM, True, Code.CONFERENCE_TRIM),
        event_callback_url=tag.url("eventCallbackUrl", Code.CONFERENCE_ATTRIBUTES),
        participant_label=_participant_label(tag),
        jitter_buffer_size=tag.choice(
            "jitterBufferSize", _JITTER_BUFFERS, "large", Code.CONFERENCE_ATTRIBUTES
        ),
        region=tag.choice("region", _REGIONS, None, Code.CONFERENCE_ATTRIBUTES),
        coach=_coach(tag),
        status_callback=tag.url("statusCallback", Code.CONFERENCE_ATTRIBUTES),
        status_callback_method=tag.method("statusCallbackMethod", Code.CONFERENCE_ATTRIBUTES),
        status_callback_events=tag.words(
            "statusCallbackEvent", STATUS_EVENTS, (), Code.CONFERENCE_ATTRIBUTES
        ),
        recording_status_callback=tag.url("recordingStatusCallback", Code.RECORDING_CALLBACK_URL),
        recording_status_callback_method=tag.method(
            "recordingStatusCallbackMethod", Code.CONFERENCE_ATTRIBUTES
        ),
        recording_status_callback_events=tag.words(
            "recordingStatusCallbackEvent", RECORDING_EVENTS, ("completed",), Code.RECORDING_EVENT
        ),
    )
    tag.has_no_effect("recordingConfigurationId")
    tag.warn_of_children()
    tag.warn_of_unread()
    return conference


def _name(tag: Tag) -> str:
    name = tag.own_text()
    if not 0 < len(name) <= MAX_NAME_CHARACTERS:
        tag.fail(f"must have a name of 1 to {MAX_NAME_CHARACTERS} characters", Code.CONFERENCE_NAME)
    return name


def _wait_url(tag: Tag) -> str | None:
    """Tell an empty waitUrl (silence) from none at all (the default music)."""
    if tag.raw("waitUrl") == "":
        return ""
    return tag.url("waitUrl", Code.CONFERENCE_WAIT_URL)


def _participant_label(tag: Tag) -> str | None:
    """Read the label; one that has a slash or is like a call's SID is ambiguous in a REST path."""
    label = tag.raw("participantLabel")
    if label is None:
        return None
    if not 0 < len(label) <= MAX_NAME_CHARACTERS or "/" in label or _CALL_SID.fullmatch(label):
        rule = f"must have 1 to {MAX_NAME_CHARACTERS} characters, no slash, and not be a call SID"
        tag.refuse("participantLabel", rule, Code.PARTICIPANT_LABEL)
    return label


def _coach(tag: Tag) -> str | None:
    coach = tag.text_value("coach")
    if coach and not _CALL_SID.fullmatch(coach):
        tag.refuse(
            "coach", "must be a call SID: CA and 32 hexadecimal digits", Code.CONFERENCE_COACH
        )
    return coach
