"""Conferences of an account."""

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from conference_app.api.base import AccountView
from conference_app.api.paging import Listing, render_page
from conference_app.api.serializers import (
    ConferenceFilters,
    ConferenceParameters,
    conference_lookups,
    render_conference,
    sound_wish,
)
from conference_app.models import Conference, HttpMethod
from conference_app.services import conferences


class ConferencesView(AccountView):
    """…/Conferences."""

    def get(self, request: Request, account_sid: str) -> Response:
        """List them; filters FriendlyName, Status and the days of their making and last change."""
        filters = ConferenceFilters.read_filters(request.query_params)
        everything = Conference.objects.filter(account=self.account).select_related("account")
        rows = everything.filter(**conference_lookups(filters))
        listing = Listing("conferences", rows, everything, render_conference)
        return Response(render_page(request, listing))


class ConferenceView(AccountView):
    """…/Conferences/{Sid}."""

    def get(self, request: Request, account_sid: str, sid: str) -> Response:
        """Fetch it."""
        return Response(render_conference(self._conference(sid)))

    def post(self, request: Request, account_sid: str, sid: str) -> Response:
        """End it (Status=completed), or announce something to all who are in; the answer shows it
        as it is before the engine has done so.
        """
        conference = self._conference(sid)
        sent = ConferenceParameters.read(request.data)
        announcement = sound_wish(sent, "Announce", method=HttpMethod.POST)
        if sent.get("Status"):
            conferences.end(conference=conference)
        elif announcement is not None:
            conferences.announce(conference=conference, wish=announcement)
        return Response(render_conference(conference))

    def _conference(self, sid: str) -> Conference:
        own = Conference.objects.select_related("account").filter(account=self.account)
        return get_object_or_404(own, sid=sid)
