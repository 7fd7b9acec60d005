"""The icon, for those browsers that ask for it without having read a page."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """Lead to the icon that the pages name."""
    return HttpResponsePermanentRedirect(static("pages/icon.svg"))
