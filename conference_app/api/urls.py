"""Paths below /2010-04-01; each with and without ".json"."""

from django.urls import URLPattern, path, re_path

from conference_app import sid_converter  # noqa: F401 # <sid:…>, <room:…>
from conference_app.api.applications import ApplicationsView, ApplicationView
from conference_app.api.base import AccountView, UnknownResource
from conference_app.api.calling import CallsView
from conference_app.api.conferences import ConferencesView, ConferenceView
from conference_app.api.participants import ParticipantsView, ParticipantView
from conference_app.api.recordings import RecordingMp3View, RecordingWavView
from conference_app.waiting_view import waits_for_503


def _resource(route: str, view: type[AccountView]) -> list[URLPattern]:
    route = f"Accounts/<sid:account_sid>/{route}"
    return [path(f"{route}.json", view.as_view()), path(route, view.as_view())]


_PARTICIPANTS = "Conferences/<sid:conference_sid>/Participants"
_RECORDING = "Accounts/<sid:account_sid>/Recordings/<sid:sid>"

app_name = "api"
urlpatterns = [
    *_resource("Applications", ApplicationsView),
    *_resource("Applications/<sid:sid>", ApplicationView),
    *_resource("Calls", CallsView),
    *_resource("Conferences", ConferencesView),
    *_resource("Conferences/<sid:sid>", ConferenceView),
    *_resource("Conferences/<room:conference_sid>/Participants", ParticipantsView),
    *_resource(f"{_PARTICIPANTS}/<str:who>", ParticipantView),
    path(f"{_RECORDING}.wav", RecordingWavView.as_view()),
    path(f"{_RECORDING}.mp3", waits_for_503(RecordingMp3View.as_view())),
    path(_RECORDING, RecordingWavView.as_view()),
    re_path("", UnknownResource.as_view()),
]
