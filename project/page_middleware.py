"""Django's middleware that pages need and the API does not: sessions, forms, logins, messages.

Each of them takes a request to another thread and back, twice. A call of the API, which knows
accounts and no users, costs half as much without them.
"""

from typing import Any, Final

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin
from typing_extensions import override

API: Final = "/2010-04-01/"


class _ForPages(MiddlewareMixin):
    """Lets what is asked of the API pass by."""

    @override
    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith(API):
            return self.get_response(request)
        return super().__call__(request)


class Sessions(_ForPages, SessionMiddleware):
    """Who has logged in, by a cookie."""


class Csrf(_ForPages, CsrfViewMiddleware):
    """Forms are sent by our own pages only. The API's views take no cookies and are exempt."""


class Authentication(_ForPages, AuthenticationMiddleware):
    """The user of the session."""


class Messages(_ForPages, MessageMiddleware):
    """What the control room says after a form."""


class XFrameOptions(_ForPages, XFrameOptionsMiddleware):
    """No page of ours in a frame of somebody else's."""
