"""The files of a recording over HTTP; who may have them is the caller's to say."""

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from conference_app.models import Recording
from conference_app.ranged_file import ranged_file_response

RETRY_AFTER_S: Final = 5
NOT_THERE: Final = "There is no such recording, or it is not finished."


def wav_response(request: HttpRequest, recording: Recording | None) -> HttpResponseBase:
    """Give the WAV file, or the range of it that is asked for. Http404 while it is not finished."""
    if recording is None or not recording.is_playable:
        raise Http404(NOT_THERE)
    return ranged_file_response(request, recording.file, f"{recording.sid}.wav", "audio/wav")


def mp3_response(request: HttpRequest, recording: Recording | None) -> HttpResponseBase:
    """Give the MP3 file in the same way; 503 as long as it is being made."""
    if recording is None or not recording.is_playable:
        raise Http404(NOT_THERE)
    if recording.mp3:
        return ranged_file_response(request, recording.mp3, f"{recording.sid}.mp3", "audio/mpeg")
    if not recording.wants_mp3:
        raise Http404("The recording could not be encoded.")
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    return HttpResponse("The MP3 file is being made.", status=503, headers=headers)
