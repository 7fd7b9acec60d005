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
from conference_app.services import access_tokens, demo, rooms, test_speaker
from conference_app.services.errors import ServiceError
from media_engine import EngineError


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
        "called_name": request.user.get_username() or "visitor",
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


@require_POST
@strict
@never_cache
def take_calls(request: HttpRequest) -> HttpResponse:
    """Give what the phone registers with: `identity`, tidied up, and an access token for it."""
    account = visitors.account_of(request)
    if account is None:
        return told("Log in to take calls.", 403)
    try:
        identity = access_tokens.read_name(request.POST.get("identity", ""))
        token = access_tokens.mint_to_be_called(
            account=account, identity=identity, now=timezone.now()
        )
    except ServiceError as error:
        return told(str(error), 400)
    return JsonResponse({"identity": identity, "token": token})


@require_POST
@strict
@never_cache
def call_test_speaker(request: HttpRequest) -> HttpResponse:
    """Call a test speaker into the meeting that the call `callSid` is in; 404: it is in none."""
    account = visitors.account_of(request)
    if account is None:
        return told("Log in to call.", 403)
    stay = selectors.present_stay(account, request.POST.get("callSid", ""))
    if stay is None:
        return told("You are in no meeting yet.", 404)
    try:
        test_speaker.call_in(conference=stay.conference)
    except ServiceError as error:
        return told(str(error), 409)
    except EngineError as error:
        return told(str(error), 503)
    return told("A test speaker comes in.", 200)


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
