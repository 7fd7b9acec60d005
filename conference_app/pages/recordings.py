"""The sound of a recording, for the player in the control room and for people with the account's
token.
"""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe

from conference_app import selectors
from conference_app.basic_auth import read_basic
from conference_app.models import Recording
from conference_app.recording_files import NOT_THERE, mp3_response, wav_response
from conference_app.visibility import may_see
from conference_app.waiting_view import waits_for_503
from media_engine.peaks import as_json


@require_safe
def recording_wav(request: HttpRequest, sid: str) -> HttpResponseBase:
    """Give the WAV file, or the range of it that is asked for."""
    recording = selectors.recording_by_sid(sid)
    return _refusal(request, recording) or wav_response(request, recording)


@waits_for_503
@require_safe
def recording_mp3(request: HttpRequest, sid: str) -> HttpResponseBase:
    """Give the MP3 file, or the range of it that is asked for."""
    recording = selectors.recording_by_sid(sid)
    return _refusal(request, recording) or mp3_response(request, recording)


@require_safe
def recording_peaks(request: HttpRequest, sid: str) -> HttpResponseBase:
    """Give the outline for drawing, as audiowaveform's JSON."""
    recording = selectors.recording_by_sid(sid)
    refusal = _refusal(request, recording)
    if refusal is not None:
        return refusal
    if recording is None or not recording.is_playable or not recording.peaks:
        raise Http404(NOT_THERE)
    return JsonResponse(
        as_json(bytes(recording.peaks)), headers={"Cache-Control": "private, max-age=86400"}
    )


def _refusal(request: HttpRequest, recording: Recording | None) -> HttpResponse | None:
    """Who may not hear it learns nothing of its existence: 401 for all SIDs, known or not; an
    operator has Http404 for those that are not of his accounts, and for those that are not there.
    """
    if _is_of_caller(request, recording):
        return None
    user = request.user
    if user.is_staff and user.has_perm("conference_app.view_recording"):
        if recording is None or may_see(user, recording):
            return None
        raise Http404(NOT_THERE)
    challenge = {"WWW-Authenticate": 'Basic realm="Confab recordings"'}
    return HttpResponse("Log in to hear recordings.", status=401, headers=challenge)


def _is_of_caller(request: HttpRequest, recording: Recording | None) -> bool:
    """Whether it belongs to the account whose credentials came along."""
    credentials = read_basic(request.headers.get("Authorization", ""))
    account = selectors.account_by_credentials(*credentials) if credentials else None
    return account is not None and recording is not None and recording.account == account
