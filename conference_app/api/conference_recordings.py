"""The recording of a live meeting: start, pause, go on, stop."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from conference_app import sids
from conference_app.api.base import AccountView
from conference_app.api.serializers import RecordingUpdateParameters, render_conference_recording
from conference_app.models import Conference, Recording, RecordingStatus
from conference_app.services import recording_control

CURRENT = "Twilio.CURRENT"


class ConferenceRecordingsView(AccountView):
    """…/Conferences/{ConferenceSid}/Recordings."""

    def post(self, request: Request, account_sid: str, conference_sid: str) -> Response:
        """Start one: beyond Twilio, which starts them with the meeting only."""
        conference = get_object_or_404(Conference, account=self.account, sid=conference_sid)
        recording = recording_control.start(conference=conference)
        return Response(render_conference_recording(recording), status=status.HTTP_201_CREATED)


class ConferenceRecordingView(AccountView):
    """…/Conferences/{ConferenceSid}/Recordings/{Sid or Twilio.CURRENT}."""

    def post(self, request: Request, account_sid: str, conference_sid: str, sid: str) -> Response:
        """Pause it, go on with it, or stop it."""
        recording = self._recording(conference_sid, sid)
        sent = RecordingUpdateParameters.read(request.data)
        if sent["Status"] == "stopped":
            recording = recording_control.stop(recording=recording)
            return Response(render_conference_recording(recording, status="stopped"))
        if sent["Status"] == "paused":
            skip = sent["PauseBehavior"] == "skip"
            recording = recording_control.pause(recording=recording, skip=skip)
        else:
            recording = recording_control.resume(recording=recording)
        return Response(render_conference_recording(recording))

    def _recording(self, conference_sid: str, sid: str) -> Recording:
        conference = get_object_or_404(Conference, account=self.account, sid=conference_sid)
        rows = conference.recordings.defer("peaks")
        if sid == CURRENT:
            return get_object_or_404(rows, status=RecordingStatus.IN_PROGRESS)
        if not sids.is_sid(sid, "RE"):
            raise Http404
        return get_object_or_404(rows, sid=sid)
