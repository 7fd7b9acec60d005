"""The first page: what runs here, and what can be called."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conference_app import selectors
from conference_app.services import demo


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show it to anybody: no name of a person, a room or an account is on it."""
    context = {
        "public_url": settings.CONFAB_PUBLIC_URL,
        "media_url": settings.CONFAB_PUBLIC_URL.replace("http", "ws", 1) + "/media",
        "examples": demo.callable_examples(),
        "live_conferences": selectors.live_conferences().count(),
    }
    return render(request, "pages/overview.html", context)
