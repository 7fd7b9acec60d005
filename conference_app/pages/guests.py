"""What a guest link opens: a phone that calls one room."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from conference_app import selectors
from conference_app.models import AccountStatus, GuestLink
from conference_app.pages import guess_limit
from conference_app.pages.phone import ticket, told
from conference_app.pages.security_headers import strict
from conference_app.services import guest_links, rooms
from conference_app.services.errors import ServiceError
from conference_app.services.guest_links import LinkIsClosed

_LEADS_NOWHERE = "This link leads nowhere. Ask whoever sent it for another one."
_TOO_MANY = "Too many wrong links came from your address. Try again in a minute."


@require_safe
@strict
@never_cache
@ensure_csrf_cookie
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Show the phone, or say why the link does not open anything."""
    if guess_limit.is_over(request):
        return _closed(request, _TOO_MANY, 429)
    link = _find(request, token)
    if link is None:
        return _closed(request, _LEADS_NOWHERE, 404)
    try:
        guest_links.check(link=link, came_before=_came_before(request, link), at=timezone.now())
    except LinkIsClosed as error:
        return _closed(request, f"{error} Ask whoever sent it for another one.", 410)
    return render(request, "pages/join.html", {"link": link, "mix_rate": settings.CONFAB_MIX_RATE})


@require_POST
@strict
@never_cache
def start(request: HttpRequest, token: str) -> HttpResponse:
    """Give a guest an access token for one call to the link's room. `name` is the guest's."""
    if guess_limit.is_over(request):
        return told(_TOO_MANY, 429)
    link = _find(request, token)
    if link is None:
        return told(_LEADS_NOWHERE, 404)
    came_before, now = _came_before(request, link), timezone.now()
    try:
        guest_links.check(link=link, came_before=came_before, at=now)
        # Before the guest is counted: a name that is none uses nothing up.
        application = rooms.ensure_application(room=link.room)
        answer = ticket(application, request.POST.get("name", ""))
        guest_links.admit(link=link, came_before=came_before, at=now)
    except LinkIsClosed as error:
        return told(str(error), 410)
    except ServiceError as error:
        return told(str(error), 400)
    _remember(answer, link)
    return answer


def _find(request: HttpRequest, token: str) -> GuestLink | None:
    link = selectors.guest_link(token)
    if link is None:
        guess_limit.count(request)
        return None
    return link if link.room.account.status == AccountStatus.ACTIVE else None


def _came_before(request: HttpRequest, link: GuestLink) -> bool:
    return request.get_signed_cookie(_cookie(link), default="") == link.token


def _remember(answer: HttpResponse, link: GuestLink) -> None:
    """Let this browser call again, after a lost connection, without being counted twice."""
    answer.set_signed_cookie(
        _cookie(link),
        link.token,
        expires=link.expires_at,
        path=link.get_absolute_url(),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _cookie(link: GuestLink) -> str:
    return f"guest-{link.pk}"


def _closed(request: HttpRequest, message: str, status: int) -> HttpResponse:
    return render(request, "pages/link_closed.html", {"message": message}, status=status)
