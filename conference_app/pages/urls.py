"""Paths of the pages."""

from django.urls import path

from conference_app import sid_converter  # noqa: F401 # <sid:…>
from conference_app.pages import guests, hold_music, phone
from conference_app.pages.health import health
from conference_app.pages.icon import icon
from conference_app.pages.recordings import recording_mp3, recording_peaks, recording_wav
from conference_app.pages.twiml_bins import twiml_bin

app_name = "pages"
urlpatterns = [
    path("", phone.overview, name="overview"),
    path("phone/start", phone.start, name="phone-start"),
    path("phone/take-calls", phone.take_calls, name="phone-take-calls"),
    path("phone/test-speaker", phone.call_test_speaker, name="phone-test-speaker"),
    path("favicon.ico", icon, name="icon"),
    path("join/<str:token>", guests.join, name="join"),
    path("join/<str:token>/start", guests.start, name="join-start"),
    path("healthz", health, name="health"),
    path("recordings/<sid:sid>.wav", recording_wav, name="recording"),
    path("recordings/<sid:sid>.mp3", recording_mp3, name="recording-mp3"),
    path("recordings/<sid:sid>.peaks.json", recording_peaks, name="recording-peaks"),
    path("holdmusic", hold_music.document, name="hold-music"),
    path("holdmusic/<slug:genre>/<int:number>.flac", hold_music.piece, name="hold-music-piece"),
    path("twiml/<sid:sid>", twiml_bin, name="twiml-bin"),
]
