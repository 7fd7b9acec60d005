"""Who calls: an account, by HTTP Basic with its SID and its token or with one of its API keys."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView
from typing_extensions import override

from conference_app import selectors
from conference_app.basic_auth import read_basic
from conference_app.models import Account, ApiKey


class AccountAuthentication(BaseAuthentication):
    """Puts the Account into `request.auth`, and into `request.user` the ApiKey that was used, if it
    was one; there is no Django user behind a call of the API.
    """

    @override
    def authenticate(self, request: Request) -> tuple[ApiKey | None, Account] | None:
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        credentials = read_basic(header)
        login = selectors.login(*credentials) if credentials else None
        if login is None:
            raise AuthenticationFailed
        return login.key, login.account

    @override
    def authenticate_header(self, request: Request) -> str:
        return 'Basic realm="Confab API"'


class IsAuthenticatedAccount(BasePermission):
    """Nobody else gets any further."""

    @override
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, Account)


class CameWithTheAccountsToken(IsAuthenticatedAccount):
    """No API key opens what it could outlive its own revocation by: 401, as with Twilio's standard
    keys.
    """

    @override
    def has_permission(self, request: Request, view: APIView) -> bool:
        used: object = request.user
        if isinstance(used, ApiKey):
            raise AuthenticationFailed
        return super().has_permission(request, view)
