"""Calls of an account."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from conference_app.api.base import AccountView
from conference_app.api.call_words import (
    CallFilters,
    CallParameters,
    call_lookups,
    callback,
    new_document,
    render_call,
)
from conference_app.api.calling import create_call
from conference_app.api.paging import Listing, render_page
from conference_app.models import Call, CallStatus
from conference_app.services import calling, calls


class CallsView(AccountView):
    """…/Calls."""

    def get(self, request: Request, account_sid: str) -> Response:
        """List them; filters To, From, Status, ParentCallSid and the times of start and end."""
        filters = CallFilters.read_filters(request.query_params)
        everything = own_calls(self)
        rows = everything.filter(**call_lookups(filters))
        if "ParentCallSid" in filters:
            rows = rows.none()  # no call of ours is the leg of another
        return Response(render_page(request, Listing("calls", rows, everything, render_call)))

    def post(self, request: Request, account_sid: str) -> Response:
        """Make one."""
        return create_call(self.account, request)


class CallView(AccountView):
    """…/Calls/{Sid}."""

    def get(self, request: Request, account_sid: str, sid: str) -> Response:
        """Fetch it."""
        return Response(render_call(self._call(sid)))

    def post(self, request: Request, account_sid: str, sid: str) -> Response:
        """End it, limit it, or let it go on with another document; the answer shows it as it is
        before.
        """
        call = self._call(sid)
        sent = CallParameters.read(request.data)
        if (told := callback(sent)) is not None:
            call = calls.set_callback(call=call, callback=told)
        if "TimeLimit" in sent:
            call = calls.limit(call=call, seconds=sent["TimeLimit"])
        if (document := new_document(sent)) is not None:
            call = calls.redirect(call=call, document=document)
        elif wanted := sent.get("Status"):
            unless_answered = wanted == CallStatus.CANCELED
            call = calling.hang_up(call=call, unless_answered=unless_answered)
        return Response(render_call(call))

    def delete(self, request: Request, account_sid: str, sid: str) -> Response:
        """Remove it from the books, once it has ended."""
        calls.delete(call=self._call(sid))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _call(self, sid: str) -> Call:
        return get_object_or_404(own_calls(self), sid=sid)


def own_calls(view: AccountView) -> QuerySet[Call]:
    """Give the calls of the account that asks, with what is needed to render them."""
    return Call.objects.filter(account=view.account).select_related("account")
