"""Every call of the API, and what is to be said of it. A new call is documented here."""

from http import HTTPStatus
from typing import Final

from conference_app.api.account_words import AccountFilters, AccountParameters
from conference_app.api.accounts import AccountsView, SingleAccountView
from conference_app.api.applications import ApplicationsView, ApplicationView
from conference_app.api.audibility import AudibilityView
from conference_app.api.call_recording_words import CallRecordingParameters
from conference_app.api.call_words import CallFilters, CallParameters
from conference_app.api.calling_parameters import InvitationParameters, NewCallParameters
from conference_app.api.calls import CallsView, CallView
from conference_app.api.conferences import ConferencesView, ConferenceView
from conference_app.api.documentation.call import Call, Section
from conference_app.api.documentation.resources import (
    APPLICATION,
    AUDIBILITY,
    CALL,
    CALL_RECORDING,
    CONFERENCE,
    CONFERENCE_RECORDING,
    KEY,
    NEW_KEY,
    PARTICIPANT,
    RECORDING,
    THE_ACCOUNT,
)
from conference_app.api.documentation.shapes import Shape, page_of, sid, text
from conference_app.api.key_words import KeyParameters
from conference_app.api.keys import KeysView, KeyView
from conference_app.api.participants import ParticipantsView, ParticipantView
from conference_app.api.recording_words import RecordingFilters, SubresourceFilters
from conference_app.api.recordings import (
    RecordingMp3View,
    RecordingsView,
    RecordingView,
    RecordingWavView,
)
from conference_app.api.serializers import (
    ApplicationFilters,
    ApplicationParameters,
    AudibilityParameters,
    ConferenceFilters,
    ConferenceParameters,
    ParticipantFilters,
    ParticipantParameters,
    RecordingUpdateParameters,
)
from conference_app.api.subrecordings import (
    CallRecordingsView,
    CallRecordingView,
    ConferenceRecordingsView,
    ConferenceRecordingView,
)

_SOUND: Final = Shape({"type": "string", "format": "binary"}, None)
_ENGINE_IS_FULL: Final = {503: "20503: the media engine takes no commands at the moment"}
_NOT_FINISHED: Final = {400: "20009: the recording is not finished"}
_RANGES: Final = {
    206: "The range that was asked for",
    416: "The range lies outside of the file",
}

ACCOUNTS: Final = Section(
    name="Accounts",
    text="The account that asks; to it, there is no other.",
    sid=sid("AC"),
    calls={
        AccountsView: {
            "get": Call(
                summary="List accounts",
                filters=AccountFilters,
                pages=True,
                example={"Status": "active"},
                answers=page_of("accounts", THE_ACCOUNT),
            ),
        },
        SingleAccountView: {
            "get": Call(summary="Fetch the account", answers=THE_ACCOUNT),
            "post": Call(
                summary="Rename the account",
                details="Only the operator of the server closes or suspends it.",
                takes=AccountParameters,
                example={"FriendlyName": "Demo"},
                answers=THE_ACCOUNT,
            ),
        },
    },
)

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
            "post": Call(
                summary="Change an application",
                details="What is not sent stays as it is.",
                takes=ApplicationParameters,
                example={"VoiceUrl": "https://example.org/another"},
                answers=APPLICATION,
                also={409: "20409: another application has this name"},
            ),
            "delete": Call(
                summary="Remove an application",
                details="Calls that run it go on.",
                status=HTTPStatus.NO_CONTENT,
            ),
        },
    },
)

CALLS: Final = Section(
    name="Calls",
    text="Those who are connected, and those who were, newest first.",
    sid=sid("CA"),
    calls={
        CallsView: {
            "post": Call(
                summary="Make a call",
                details="To a client that has registered (client:…), or to a voice agent for"
                " Twilio Media Streams (wss://…). What is answered carries out Url, Twiml or"
                " ApplicationSid.",
                takes=NewCallParameters,
                example={
                    "To": "client:alice",
                    "From": "desk",
                    "Url": "https://example.org/voice",
                },
                answers=CALL,
                status=HTTPStatus.CREATED,
                also=_ENGINE_IS_FULL,
            ),
            "get": Call(
                summary="List calls",
                filters=CallFilters,
                pages=True,
                example={"Status": "in-progress"},
                answers=page_of("calls", CALL),
            ),
        },
        CallView: {
            "get": Call(summary="Fetch a call", answers=CALL),
            "post": Call(
                summary="End a call, limit it, or give it another document",
                details="Status=completed ends it; Url or Twiml is what it goes on with; TimeLimit"
                " is how many seconds it may last from its beginning. The answer shows the call as"
                " it was.",
                takes=CallParameters,
                example={"Twiml": "<Response><Hangup/></Response>"},
                answers=CALL,
                also=_ENGINE_IS_FULL,
            ),
            "delete": Call(
                summary="Remove a call from the books",
                status=HTTPStatus.NO_CONTENT,
                also={400: "20009: the call goes on"},
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
                summary="End a conference, or announce something to all",
                details="Status=completed ends it: everybody's call goes on with its own TwiML."
                " AnnounceUrl is played over the talk. The answer may still show the conference as"
                " it was.",
                takes=ConferenceParameters,
                example={"Status": "completed"},
                answers=CONFERENCE,
                also=_ENGINE_IS_FULL,
            ),
        },
        AudibilityView: {
            "get": Call(
                summary="Tell who could hear whom",
                details="At a moment, of a conference that is over too; without At, now.",
                filters=AudibilityParameters,
                example={"At": "2026-11-22T14:05:09Z"},
                answers=AUDIBILITY,
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
            "post": Call(
                summary="Call somebody and bring them in",
                details="The conference may be named by its room; where none is live it begins"
                " with this call.",
                takes=InvitationParameters,
                example={"To": "client:alice", "From": "desk"},
                answers=PARTICIPANT,
                status=HTTPStatus.CREATED,
                also={400: "16022: the conference is over"} | _ENGINE_IS_FULL,
            ),
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
                summary="Steer a participant",
                details="Only what is sent changes. Hold: neither heard nor hearing. Coaching:"
                " heard by CallSidToCoach alone. Volume: for all, or for ForCallSid."
                " AutoGainControl: the voice is brought to one loudness (-18 dBFS), slowly and only"
                " while it speaks. NoiseSuppression: steady noise is taken out of the voice. Both"
                " are heard by all and recorded. AnnounceUrl: heard by this one only.",
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

CONFERENCE_RECORDINGS: Final = Section(
    name="Recordings of a conference",
    text="By their SID, or as Twilio.CURRENT the one that is being made.",
    sid=text(sid("RE").example, minLength=1),
    calls={
        ConferenceRecordingsView: {
            "get": Call(
                summary="List recordings of a conference",
                filters=SubresourceFilters,
                pages=True,
                example={"DateCreated": "2026-11-22"},
                answers=page_of(
                    "recordings",
                    CONFERENCE_RECORDING,
                    path=f"Conferences/{sid('CF').example}/Recordings",
                ),
            ),
            "post": Call(
                summary="Start a recording of a conference",
                answers=CONFERENCE_RECORDING,
                status=HTTPStatus.CREATED,
                also={400: "The conference is over, or is being recorded"} | _ENGINE_IS_FULL,
            ),
        },
        ConferenceRecordingView: {
            "get": Call(summary="Fetch a recording of a conference", answers=CONFERENCE_RECORDING),
            "post": Call(
                summary="Pause, continue or stop a recording of a conference",
                details="What is said during a pause is silence in the recording, or with"
                " PauseBehavior=skip not in it.",
                takes=RecordingUpdateParameters,
                example={"Status": "paused", "PauseBehavior": "skip"},
                answers=CONFERENCE_RECORDING,
                also=_ENGINE_IS_FULL,
            ),
            "delete": Call(
                summary="Remove a recording of a conference",
                status=HTTPStatus.NO_CONTENT,
                also=_NOT_FINISHED,
            ),
        },
    },
)

RECORDINGS: Final = Section(
    name="Recordings",
    text="The sound of a conference, once it is finished; with HTTP ranges.",
    sid=sid("RE"),
    calls={
        RecordingsView: {
            "get": Call(
                summary="List recordings",
                filters=RecordingFilters,
                pages=True,
                example={"DateCreated>": "2026-11-22"},
                answers=page_of("recordings", RECORDING),
            ),
        },
        RecordingView: {
            "get": Call(summary="Fetch a recording", answers=RECORDING),
            "delete": Call(
                summary="Remove a recording and its files",
                status=HTTPStatus.NO_CONTENT,
                also=_NOT_FINISHED,
            ),
        },
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

CALL_RECORDINGS: Final = Section(
    name="Recordings of a call",
    text="The sound of a call: during a <Dial> that asks for it, or from when it is asked for here."
    " By their SID, or as Twilio.CURRENT the one that is being made.",
    sid=text(sid("RE").example, minLength=1),
    calls={
        CallRecordingsView: {
            "get": Call(
                summary="List recordings of a call",
                filters=SubresourceFilters,
                pages=True,
                example={"DateCreated": "2026-11-22"},
                answers=page_of(
                    "recordings", CALL_RECORDING, path=f"Calls/{sid('CA').example}/Recordings"
                ),
            ),
            "post": Call(
                summary="Start a recording of a call",
                details="What the caller says (inbound) and what it hears (outbound), in a meeting"
                " or not, until the call ends or the recording is stopped.",
                takes=CallRecordingParameters,
                example={"RecordingChannels": "dual", "Trim": "trim-silence"},
                answers=CALL_RECORDING,
                status=HTTPStatus.CREATED,
                also={400: "21220: the call is not in progress, or is being recorded"}
                | _ENGINE_IS_FULL,
            ),
        },
        CallRecordingView: {
            "get": Call(summary="Fetch a recording of a call", answers=CALL_RECORDING),
            "post": Call(
                summary="Pause, continue or stop a recording of a call",
                details="A <Dial>'s own too. What is said during a pause is silence in the"
                " recording, or with PauseBehavior=skip not in it.",
                takes=RecordingUpdateParameters,
                example={"Status": "paused", "PauseBehavior": "skip"},
                answers=CALL_RECORDING,
                also=_ENGINE_IS_FULL,
            ),
            "delete": Call(
                summary="Remove a recording of a call",
                details="Its files go with it.",
                status=HTTPStatus.NO_CONTENT,
                also=_NOT_FINISHED,
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

SECTIONS: Final = (
    ACCOUNTS,
    APPLICATIONS,
    CALLS,
    CONFERENCES,
    PARTICIPANTS,
    RECORDINGS,
    CONFERENCE_RECORDINGS,
    CALL_RECORDINGS,
    KEYS,
)
"""In the order of the page."""
