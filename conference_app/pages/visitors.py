"""Who may use the phone without a guest link, and for which account.

Operators who may place calls, for an account of theirs; and whoever sits at this very machine while
Confab is told to be there for nobody else, so that a first try needs no login.
"""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from conference_app import selectors
from conference_app.models import Account, AccountStatus
from conference_app.services import demo
from conference_app.visibility import may_see, visible_to

_SENT_BY_PROXIES: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


def account_of(request: HttpRequest) -> Account | None:
    """Give the account that this visitor may call for; None: none. Reads the database.

    The demo account, or else the oldest of those whose operator the visitor is, who may also ask
    for another one of his by `?account=AC…`.
    """
    wanted = request.GET.get("account") or request.POST.get("account") or ""
    if _may_call(request) and (account := _operators_account(request, wanted)) is not None:
        return account
    account = demo.find_account() if _sits_here(request) else None
    return account if account is not None and wanted in ("", account.sid) else None


def _may_call(request: HttpRequest) -> bool:
    user = request.user
    return bool(user.is_active and user.is_staff and user.has_perm("conference_app.add_call"))


def _operators_account(request: HttpRequest, wanted: str) -> Account | None:
    account = selectors.active_account(wanted) if wanted else demo.find_account()
    if account is not None and may_see(request.user, account):
        return account
    own = visible_to(request.user, Account).filter(status=AccountStatus.ACTIVE)
    return None if wanted else own.order_by("id").first()


def _sits_here(request: HttpRequest) -> bool:
    """Whether this is a browser on this machine, and the server is for this machine only.

    The public address says whom it is for. A proxy in between is known by its headers, or by the
    name that its visitors ask for.
    """
    return (
        _is_loopback(urlsplit(settings.CONFAB_PUBLIC_URL).hostname)
        and _is_loopback(request.META.get("REMOTE_ADDR"))
        and _is_loopback(urlsplit(f"//{request.get_host()}").hostname)
        and not any(name in request.headers for name in _SENT_BY_PROXIES)
    )


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
