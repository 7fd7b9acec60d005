"""Applications of an account."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from conference_app.api.base import AccountView
from conference_app.api.paging import Listing, render_page
from conference_app.api.serializers import (
    APPLICATION_COLUMNS,
    ApplicationFilters,
    ApplicationParameters,
    call_urls,
    render_application,
)
from conference_app.models import Application
from conference_app.services import applications


class ApplicationsView(AccountView):
    """…/Applications."""

    def get(self, request: Request, account_sid: str) -> Response:
        """List them; filter FriendlyName."""
        filters = ApplicationFilters.read_filters(request.query_params)
        everything = self._own()
        rows = everything
        if "FriendlyName" in filters:
            rows = rows.filter(friendly_name=filters["FriendlyName"])
        listing = Listing("applications", rows, everything, render_application)
        return Response(render_page(request, listing))

    def post(self, request: Request, account_sid: str) -> Response:
        """Make one."""
        sent = ApplicationParameters.read(request.data)
        application = applications.create(
            account=self.account,
            urls=call_urls(sent),
            friendly_name=sent.get("FriendlyName", ""),
        )
        return Response(render_application(application), status=status.HTTP_201_CREATED)

    def _own(self) -> QuerySet[Application]:
        return Application.objects.filter(account=self.account).select_related("account")


class ApplicationView(AccountView):
    """…/Applications/{Sid}."""

    def get(self, request: Request, account_sid: str, sid: str) -> Response:
        """Fetch it."""
        return Response(render_application(self._application(sid)))

    def post(self, request: Request, account_sid: str, sid: str) -> Response:
        """Change what is sent; the rest stays."""
        sent = ApplicationParameters.read(request.data)
        columns = {APPLICATION_COLUMNS[name]: value for name, value in sent.items()}
        application = applications.update(application=self._application(sid), **columns)
        return Response(render_application(application))

    def delete(self, request: Request, account_sid: str, sid: str) -> Response:
        """Remove it."""
        applications.delete(application=self._application(sid))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _application(self, sid: str) -> Application:
        own = Application.objects.select_related("account").filter(account=self.account)
        return get_object_or_404(own, sid=sid)
