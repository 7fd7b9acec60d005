"""What all views of the API share."""

from collections.abc import Callable
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from conference_app.api.authentication import AccountAuthentication, IsAuthenticatedAccount
from conference_app.api.errors import twilio_error_response
from conference_app.api.parsers import BoundedFormParser, ByThePath
from conference_app.api.throttling import AccountThrottle
from conference_app.api.xml import TwilioXmlRenderer
from conference_app.models import Account


class AccountView(APIView):
    """A resource of the account in the path, which must be the one whose credentials came along.

    To everybody else, what belongs to an account does not exist.
    """

    http_method_names = ["get", "head", "post", "delete"]
    authentication_classes = [AccountAuthentication]
    permission_classes = [IsAuthenticatedAccount]
    parser_classes = [BoundedFormParser]
    renderer_classes = [JSONRenderer, TwilioXmlRenderer]
    content_negotiation_class = ByThePath
    throttle_classes = [AccountThrottle]

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if kwargs.get("account_sid", self.account.sid) != self.account.sid:
            raise NotFound

    @override
    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return twilio_error_response

    @property
    def account(self) -> Account:
        """Whose credentials came with the request."""
        account = self.request.auth
        assert isinstance(account, Account)  # IsAuthenticatedAccount let nobody else in
        return account


class UnknownResource(AccountView):
    """Every path that is none of ours: 404 in Twilio's shape, to those who may ask at all."""

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound
