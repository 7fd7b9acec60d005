"""The first page: what this is, and a phone to try it with."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from conference_app import selectors
from conference_app.models import Account, Application
from conference_app.pages import visitors
from conference_app.pages.security_headers import strict
from conference_app.services import access_tokens, demo, rooms
from conference_app.services.errors import ServiceError


@require_safe
@strict
@never_cache
@ensure_csrf_cookie
def overview(request: HttpRequest) -> HttpResponse:
    """Show the page to anybody, and the phone to those who may call. No name of a person, a room or
    an account is on it, but for those who may call.
    """
    account = visitors.account_of(request)
    context = {
        "public_url": settings.CONFAB_PUBLIC_URL,
        "media_url": settings.CONFAB_PUBLIC_URL.replace("http", "ws", 1) + "/media",
        "mix_rate": settings.CONFAB_MIX_RATE,
        "live_conferences": selectors.live_conferences().count(),
        "account": account,
        "examples": _examples(account),
        "caller_name": request.user.get_username() or "Visitor",
    }
    return render(request, "pages/overview.html", context)


@require_POST
@strict
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Give what the phone opens its socket with: an access token for one call.

    `name` is the caller's; `application` what an application is called, or `room` a room's name.
    """
    account = visitors.account_of(request)
    if account is None:
        return told("Log in to call, or use a guest link.", 403)
    try:
        application = _wanted(account, request)
        if application is None:
            return told("There is no such application.", 404)
        return ticket(application, request.POST.get("name", ""))
    except ServiceError as error:
        return told(str(error), 400)


def ticket(application: Application, name: str) -> HttpResponse:
    """Answer with a token for a call to this application. Raises NoCallerName."""
    token = access_tokens.mint(application=application, name=name, now=timezone.now())
    return JsonResponse({"token": token, "to": application.sid})


def told(message: str, status: int) -> HttpResponse:
    """Answer the phone with words for its user."""
    return JsonResponse({"message": message}, status=status)


def _wanted(account: Account, request: HttpRequest) -> Application | None:
    if called := request.POST.get("application", ""):
        return selectors.application_called(account, called)
    room = rooms.ensure(account=account, name=request.POST.get("room", ""))
    return rooms.ensure_application(room=room)


def _examples(account: Account | None) -> list[demo.Example]:
    """Give the demo's applications, to those who call for the demo account."""
    if account is None or account != demo.find_account():
        return []
    return demo.callable_examples()
