"""Recordings of an account: their rows, and their sound."""

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from conference_app.api.base import AccountView
from conference_app.api.paging import Listing, render_page
from conference_app.api.recording_words import (
    RecordingFilters,
    recording_lookups,
    render_recording,
)
from conference_app.models import DRAWN, Recording
from conference_app.recording_files import mp3_response, wav_response
from conference_app.services import recordings


class _RecordingView(AccountView):
    def own(self) -> QuerySet[Recording]:
        """Give the recordings of the account; their outlines come when asked for."""
        rows = Recording.objects.filter(account=self.account)
        return rows.select_related("account", "conference", "call").defer(*DRAWN)

    def find(self, sid: str) -> Recording:
        """Find one of them, or Http404."""
        return get_object_or_404(self.own(), sid=sid)

    def remove(self, sid: str) -> Response:
        """Delete one of them, and its files."""
        recordings.remove(recording=self.find(sid))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RecordingsView(_RecordingView):
    """…/Recordings."""

    def get(self, request: Request, account_sid: str) -> Response:
        """List them; filters DateCreated, CallSid, ConferenceSid."""
        filters = RecordingFilters.read_filters(request.query_params)
        everything = self.own()
        rows = everything.filter(**recording_lookups(filters))
        listing = Listing("recordings", rows, everything, render_recording)
        return Response(render_page(request, listing))


class RecordingView(_RecordingView):
    """…/Recordings/{Sid}.json; without a suffix it is the sound."""

    def get(self, request: Request, account_sid: str, sid: str) -> Response:
        """Fetch it."""
        return Response(render_recording(self.find(sid)))

    def delete(self, request: Request, account_sid: str, sid: str) -> Response:
        """Remove it and its files, once it is finished."""
        return self.remove(sid)


class RecordingWavView(_RecordingView):
    """…/Recordings/{Sid}.wav."""

    def get(self, request: Request, account_sid: str, sid: str) -> HttpResponseBase:
        """Give the file, or the range of it that is asked for; 404 while it is not finished."""
        return wav_response(request._request, self.find(sid))


class RecordingUrlView(RecordingWavView):
    """…/Recordings/{Sid} without a suffix, as Twilio's RecordingUrl is: the sound, to be deleted
    with its row.
    """

    def delete(self, request: Request, account_sid: str, sid: str) -> Response:
        """Remove it and its files, once it is finished."""
        return self.remove(sid)


class RecordingMp3View(_RecordingView):
    """…/Recordings/{Sid}.mp3."""

    def get(self, request: Request, account_sid: str, sid: str) -> HttpResponseBase:
        """Give the file in the same way; 503 as long as it is being made."""
        return mp3_response(request._request, self.find(sid))
