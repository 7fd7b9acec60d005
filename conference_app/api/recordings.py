"""The sound of a recording, for an account's own programs."""

from django.http import Http404, HttpResponseBase
from rest_framework.request import Request

from conference_app import selectors
from conference_app.api.base import AccountView
from conference_app.ranged_file import ranged_file_response


class RecordingSoundView(AccountView):
    """…/Recordings/{Sid}.wav; without a suffix too, as Twilio's RecordingUrl is."""

    def get(self, request: Request, account_sid: str, sid: str) -> HttpResponseBase:
        """Give the file, or the range of it that is asked for; 404 while it is being written."""
        recording = selectors.recording_by_sid(sid)
        if recording is None or recording.account != self.account or not recording.is_playable:
            raise Http404
        return ranged_file_response(request._request, recording.file, f"{sid}.wav", "audio/wav")
