"""Every call of the API, and what is to be said of it. A new call is documented here."""

from http import HTTPStatus
from typing import Final

from conference_app.api.applications import ApplicationsView, ApplicationView
from conference_app.api.conferences import ConferencesView, ConferenceView
from conference_app.api.documentation.call import Call, Section
from conference_app.api.documentation.resources import (
    APPLICATION,
    CONFERENCE,
    KEY,
    NEW_KEY,
    PARTICIPANT,
)
from conference_app.api.documentation.shapes import Shape, page_of, sid
from conference_app.api.key_words import KeyParameters
from conference_app.api.keys import KeysView, KeyView
from conference_app.api.participants import ParticipantsView, ParticipantView
from conference_app.api.recordings import RecordingMp3View, RecordingWavView
from conference_app.api.serializers import (
    ApplicationFilters,
    ApplicationParameters,
    ConferenceFilters,
    ConferenceParameters,
    ParticipantFilters,
    ParticipantParameters,
)

_SOUND: Final = Shape({"type": "string", "format": "binary"}, None)
_ENGINE_IS_FULL: Final = {503: "20503: the media engine takes no commands at the moment"}
_RANGES: Final = {
    206: "The range that was asked for",
    416: "The range lies outside of the file",
}

APPLICATIONS: Final = Section(
    name="Applications",
    text="Where the TwiML of a call comes from. Callers name an application by its SID or its"
    " friendly name.",
    sid=sid("AP"),
    calls={
        ApplicationsView: {
            "get": Call(
                summary="List applications",
                filters=ApplicationFilters,
                pages=True,
                example={"FriendlyName": "reception"},
                answers=page_of("applications", APPLICATION),
            ),
            "post": Call(
                summary="Make an application",
                details="Without a name it is called by its SID.",
                takes=ApplicationParameters,
                example={"FriendlyName": "reception", "VoiceUrl": "https://example.org/voice"},
                answers=APPLICATION,
                status=HTTPStatus.CREATED,
                also={409: "20409: another application has this name"},
            ),
        },
        ApplicationView: {
            "get": Call(summary="Fetch an application", answers=APPLICATION),
            "delete": Call(
                summary="Remove an application",
                details="Calls that run it go on.",
                status=HTTPStatus.NO_CONTENT,
            ),
        },
    },
)

CONFERENCES: Final = Section(
    name="Conferences",
    text="Meetings: those that go on and those that are over, newest first.",
    sid=sid("CF"),
    calls={
        ConferencesView: {
            "get": Call(
                summary="List conferences",
                details="DateCreated and DateUpdated are days in UTC; DateCreated< and DateCreated>"
                " include their day.",
                filters=ConferenceFilters,
                pages=True,
                example={"Status": "in-progress"},
                answers=page_of("conferences", CONFERENCE),
            ),
        },
        ConferenceView: {
            "get": Call(summary="Fetch a conference", answers=CONFERENCE),
            "post": Call(
                summary="End a conference",
                details="Everybody's call goes on with its own TwiML. The answer may still show the"
                " conference as it was.",
                takes=ConferenceParameters,
                example={"Status": "completed"},
                answers=CONFERENCE,
                also=_ENGINE_IS_FULL,
            ),
        },
    },
)

PARTICIPANTS: Final = Section(
    name="Participants",
    text="The people who are in a conference, by the SID of their call or by their label.",
    sid=sid("CA"),
    calls={
        ParticipantsView: {
            "get": Call(
                summary="List participants",
                filters=ParticipantFilters,
                pages=True,
                example={"Muted": "true"},
                answers=page_of(
                    "participants",
                    PARTICIPANT,
                    path=f"Conferences/{sid('CF').example}/Participants",
                ),
            ),
        },
        ParticipantView: {
            "get": Call(summary="Fetch a participant", answers=PARTICIPANT),
            "post": Call(
                summary="Mute or unmute a participant",
                takes=ParticipantParameters,
                example={"Muted": "true"},
                answers=PARTICIPANT,
                also=_ENGINE_IS_FULL,
            ),
            "delete": Call(
                summary="Put a participant out",
                details="The call goes on with its TwiML.",
                status=HTTPStatus.NO_CONTENT,
                also={400: "16022: the conference is over"} | _ENGINE_IS_FULL,
            ),
        },
    },
)

RECORDINGS: Final = Section(
    name="Recordings",
    text="The sound of a conference, once it is finished; with HTTP ranges.",
    sid=sid("RE"),
    calls={
        RecordingWavView: {
            "get": Call(
                summary="Fetch the WAV file",
                answers=_SOUND,
                media_type="audio/wav",
                also=_RANGES,
            ),
        },
        RecordingMp3View: {
            "get": Call(
                summary="Fetch the MP3 file",
                answers=_SOUND,
                media_type="audio/mpeg",
                also=_RANGES | {503: "The file is being made"},
            ),
        },
    },
)

KEYS: Final = Section(
    name="Keys",
    text="API keys: credentials for one program, which can be revoked. A key's SID and secret open"
    " what the account's SID and token open, but for this resource; and they mint access tokens.",
    sid=sid("SK"),
    calls={
        KeysView: {
            "get": Call(summary="List keys", pages=True, answers=page_of("keys", KEY)),
            "post": Call(
                summary="Make a key",
                details="The secret is in this answer and in no other.",
                takes=KeyParameters,
                example={"FriendlyName": "phones"},
                answers=NEW_KEY,
                status=HTTPStatus.CREATED,
            ),
        },
        KeyView: {
            "get": Call(summary="Fetch a key", answers=KEY),
            "post": Call(
                summary="Rename a key",
                takes=KeyParameters,
                example={"FriendlyName": "tablets"},
                answers=KEY,
            ),
            "delete": Call(
                summary="Revoke a key",
                details="From now on it and the access tokens it has signed open nothing.",
                status=HTTPStatus.NO_CONTENT,
            ),
        },
    },
)

SECTIONS: Final = (APPLICATIONS, CONFERENCES, PARTICIPANTS, RECORDINGS, KEYS)
"""In the order of the page."""
