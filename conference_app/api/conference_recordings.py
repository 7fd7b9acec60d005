"""Recordings of one conference."""

from typing import Final

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from conference_app.api.base import AccountView
from conference_app.api.paging import Listing, render_page
from conference_app.api.recording_words import (
    ConferenceRecordingFilters,
    render_conference_recording,
)
from conference_app.models import Conference, Recording, RecordingStatus
from conference_app.services import recordings

CURRENT: Final = "Twilio.CURRENT"
"""In place of a SID: the recording that is being made."""


class _ConferenceRecordingsView(AccountView):
    def recordings(self, conference_sid: str) -> QuerySet[Recording]:
        """Give those of a conference of the account; Http404 when there is no such conference."""
        conference = get_object_or_404(Conference, account=self.account, sid=conference_sid)
        rows = Recording.objects.filter(conference=conference)
        return rows.select_related("account", "conference").defer("peaks")


class ConferenceRecordingsView(_ConferenceRecordingsView):
    """…/Conferences/{ConferenceSid}/Recordings."""

    def get(self, request: Request, account_sid: str, conference_sid: str) -> Response:
        """List them; filter DateCreated."""
        filters = ConferenceRecordingFilters.read_filters(request.query_params)
        everything = self.recordings(conference_sid)
        rows = everything.filter(**ConferenceRecordingFilters.moment_lookups(filters))
        listing = Listing("recordings", rows, everything, render_conference_recording)
        return Response(render_page(request, listing))


class ConferenceRecordingView(_ConferenceRecordingsView):
    """…/Conferences/{ConferenceSid}/Recordings/{Sid or Twilio.CURRENT}."""

    def get(self, request: Request, account_sid: str, conference_sid: str, sid: str) -> Response:
        """Fetch it."""
        return Response(render_conference_recording(self.recording(conference_sid, sid)))

    def delete(self, request: Request, account_sid: str, conference_sid: str, sid: str) -> Response:
        """Remove it and its files, once it is finished."""
        recordings.remove(recording=self.recording(conference_sid, sid))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def recording(self, conference_sid: str, sid: str) -> Recording:
        """Find the one that is meant, or Http404."""
        rows = self.recordings(conference_sid)
        if sid == CURRENT:
            return get_object_or_404(rows, status=RecordingStatus.IN_PROGRESS)
        return get_object_or_404(rows, sid=sid)
