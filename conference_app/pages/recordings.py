"""The sound of a recording, for the player in the control room and for people with the account's
token.
"""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from conference_app import selectors
from conference_app.basic_auth import read_basic
from conference_app.models import Recording
from conference_app.ranged_file import ranged_file_response


@require_safe
def recording_sound(request: HttpRequest, sid: str) -> HttpResponseBase:
    """Give the file, or the range of it that is asked for.

    Who may not hear it learns nothing of its existence: 401 for all SIDs, known or not.
    """
    recording = selectors.recording_by_sid(sid)
    if not _may_hear(request, recording):
        challenge = {"WWW-Authenticate": 'Basic realm="Confab recordings"'}
        return HttpResponse("Log in to hear recordings.", status=401, headers=challenge)
    if recording is None or not recording.is_playable:
        raise Http404("There is no such recording, or it is not finished.")
    return ranged_file_response(request, recording.file, f"{sid}.wav", "audio/wav")


def _may_hear(request: HttpRequest, recording: Recording | None) -> bool:
    if request.user.is_staff and request.user.has_perm("conference_app.view_recording"):
        return True
    credentials = read_basic(request.headers.get("Authorization", ""))
    account = selectors.account_by_credentials(*credentials) if credentials else None
    return account is not None and recording is not None and recording.account == account
