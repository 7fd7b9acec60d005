"""Paths below /2010-04-01; each with ".json", and without it for XML."""

from django.urls import URLPattern, path, re_path

from conference_app import sid_converter  # noqa: F401 # <sid:…>, <room:…>
from conference_app.api.accounts import AccountsView, SingleAccountView
from conference_app.api.applications import ApplicationsView, ApplicationView
from conference_app.api.audibility import AudibilityView
from conference_app.api.base import AccountView, UnknownResource
from conference_app.api.calls import CallsView, CallView
from conference_app.api.conferences import ConferencesView, ConferenceView
from conference_app.api.keys import KeysView, KeyView
from conference_app.api.participants import ParticipantsView, ParticipantView
from conference_app.api.recordings import (
    RecordingMp3View,
    RecordingsView,
    RecordingUrlView,
    RecordingView,
    RecordingWavView,
)
from conference_app.api.subrecordings import (
    CallRecordingsView,
    CallRecordingView,
    ConferenceRecordingsView,
    ConferenceRecordingView,
)
from conference_app.waiting_view import waits_for_503


def _resource(route: str, view: type[AccountView]) -> list[URLPattern]:
    route = f"Accounts/<sid:account_sid>/{route}" if route else "Accounts/<sid:account_sid>"
    return [path(f"{route}.json", view.as_view()), path(route, view.as_view())]


_PARTICIPANTS = "Conferences/<sid:conference_sid>/Participants"
_CALL_RECORDINGS = "Calls/<sid:owner_sid>/Recordings"
_CONFERENCE_RECORDINGS = "Conferences/<sid:owner_sid>/Recordings"
_RECORDING = "Accounts/<sid:account_sid>/Recordings/<sid:sid>"

app_name = "api"
urlpatterns = [
    path("Accounts.json", AccountsView.as_view()),
    path("Accounts", AccountsView.as_view()),
    *_resource("", SingleAccountView),
    *_resource("Applications", ApplicationsView),
    *_resource("Applications/<sid:sid>", ApplicationView),
    *_resource("Calls", CallsView),
    *_resource("Calls/<sid:sid>", CallView),
    *_resource(_CALL_RECORDINGS, CallRecordingsView),
    *_resource(f"{_CALL_RECORDINGS}/<str:sid>", CallRecordingView),
    *_resource("Conferences", ConferencesView),
    *_resource("Conferences/<sid:sid>", ConferenceView),
    *_resource("Keys", KeysView),
    *_resource("Keys/<sid:sid>", KeyView),
    *_resource("Conferences/<sid:conference_sid>/Audibility", AudibilityView),
    *_resource("Conferences/<room:conference_sid>/Participants", ParticipantsView),
    *_resource(f"{_PARTICIPANTS}/<str:who>", ParticipantView),
    *_resource(_CONFERENCE_RECORDINGS, ConferenceRecordingsView),
    *_resource(f"{_CONFERENCE_RECORDINGS}/<str:sid>", ConferenceRecordingView),
    *_resource("Recordings", RecordingsView),
    path(f"{_RECORDING}.json", RecordingView.as_view()),
    path(f"{_RECORDING}.wav", RecordingWavView.as_view()),
    path(f"{_RECORDING}.mp3", waits_for_503(RecordingMp3View.as_view())),
    path(_RECORDING, RecordingUrlView.as_view()),
    re_path("", UnknownResource.as_view()),
]
