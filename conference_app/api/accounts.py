"""The account that calls. Others do not exist for it, so a list of accounts has one row."""

from rest_framework.request import Request
from rest_framework.response import Response

from conference_app.api.account_words import AccountFilters, AccountParameters, render_account
from conference_app.api.base import AccountView
from conference_app.api.paging import Listing, render_page
from conference_app.models import Account
from conference_app.services import accounts


class AccountsView(AccountView):
    """/Accounts."""

    def get(self, request: Request) -> Response:
        """List the one; filters FriendlyName and Status."""
        filters = AccountFilters.read_filters(request.query_params)
        everything = Account.objects.filter(pk=self.account.pk)
        columns = {"FriendlyName": "friendly_name", "Status": "status"}
        rows = everything.filter(**{columns[name]: value for name, value in filters.items()})
        return Response(render_page(request, Listing("accounts", rows, everything, render_account)))


class SingleAccountView(AccountView):
    """/Accounts/{Sid}."""

    def get(self, request: Request, account_sid: str) -> Response:
        """Fetch it."""
        return Response(render_account(self.account))

    def post(self, request: Request, account_sid: str) -> Response:
        """Give it another name."""
        account = self.account
        name = AccountParameters.read(request.data).get("FriendlyName")
        if name is not None:
            account = accounts.rename(account=account, friendly_name=name)
        return Response(render_account(account))
