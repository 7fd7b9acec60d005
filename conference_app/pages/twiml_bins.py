"""TwiML bins at their own URLs."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from conference_app import selectors


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def twiml_bin(request: HttpRequest, sid: str) -> HttpResponse:
    """Give the document to whoever knows its SID, which nobody can guess; as Twilio does."""
    found = selectors.twiml_bin_by_sid(sid)
    if found is None:
        raise Http404("There is no such TwiML bin.")
    return HttpResponse(found.twiml, content_type="text/xml; charset=utf-8")
