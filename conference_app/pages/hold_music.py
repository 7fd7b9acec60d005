"""The hold music, for anybody: its documents and its pieces. Both may be used as a waitUrl
elsewhere too.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from conference_app.services import hold_music
from media_engine.music import UnknownMusic


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest) -> HttpResponse:
    """Give the TwiML of a bucket, as the Twimlet of the feature page does."""
    bucket = request.GET.get("Bucket") or request.POST.get("Bucket") or ""
    try:
        twiml = hold_music.document(bucket)
    except UnknownMusic as error:
        raise Http404(str(error)) from error
    return HttpResponse(twiml, content_type="text/xml; charset=utf-8")


@require_safe
def piece(request: HttpRequest, genre: str, number: int) -> HttpResponse:
    """Give a piece as a FLAC file."""
    try:
        path = hold_music.file_of(genre, number)
    except UnknownMusic as error:
        raise Http404(str(error)) from error
    response = HttpResponse(path.read_bytes(), content_type="audio/flac")
    response["Cache-Control"] = "public, max-age=86400"
    return response
