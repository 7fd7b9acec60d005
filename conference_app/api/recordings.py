"""The sound of a recording, for an account's own programs."""

from django.http import HttpResponseBase
from rest_framework.request import Request

from conference_app import selectors
from conference_app.api.base import AccountView
from conference_app.models import Recording
from conference_app.recording_files import mp3_response, wav_response


class _RecordingView(AccountView):
    def find(self, sid: str) -> Recording | None:
        """Find a recording of the account."""
        recording = selectors.recording_by_sid(sid)
        return recording if recording is not None and recording.account == self.account else None


class RecordingWavView(_RecordingView):
    """…/Recordings/{Sid}.wav; without a suffix too, as Twilio's RecordingUrl is."""

    def get(self, request: Request, account_sid: str, sid: str) -> HttpResponseBase:
        """Give the file, or the range of it that is asked for; 404 while it is not finished."""
        return wav_response(request._request, self.find(sid))


class RecordingMp3View(_RecordingView):
    """…/Recordings/{Sid}.mp3."""

    def get(self, request: Request, account_sid: str, sid: str) -> HttpResponseBase:
        """Give the file in the same way; 503 as long as it is being made."""
        return mp3_response(request._request, self.find(sid))
