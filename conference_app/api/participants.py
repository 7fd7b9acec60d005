"""People in a conference of an account."""

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from conference_app import selectors
from conference_app.api.base import AccountView
from conference_app.api.calling import create_participant
from conference_app.api.paging import Listing, render_page
from conference_app.api.serializers import (
    ParticipantFilters,
    ParticipantParameters,
    participant_lookups,
    render_participant,
    wishes,
)
from conference_app.models import Conference, Participant
from conference_app.services import participants


class ParticipantsView(AccountView):
    """…/Conferences/{ConferenceSid}/Participants."""

    def get(self, request: Request, account_sid: str, conference_sid: str) -> Response:
        """List those who are in; filters Muted, Hold, Coaching."""
        filters = ParticipantFilters.read_filters(request.query_params)
        conference = get_object_or_404(Conference, account=self.account, sid=conference_sid)
        rows = selectors.people_in(conference).filter(**participant_lookups(filters))
        everything = Participant.objects.filter(conference=conference)
        listing = Listing("participants", rows, everything, render_participant, "call__sid")
        return Response(render_page(request, listing))

    def post(self, request: Request, account_sid: str, conference_sid: str) -> Response:
        """Call somebody and bring them in; here a conference may be named by its room."""
        return create_participant(self.account, request, conference_sid)


class ParticipantView(AccountView):
    """…/Conferences/{ConferenceSid}/Participants/{CallSid or label}."""

    def get(self, request: Request, account_sid: str, conference_sid: str, who: str) -> Response:
        """Fetch one who is in."""
        return Response(render_participant(self._participant(conference_sid, who)))

    def post(self, request: Request, account_sid: str, conference_sid: str, who: str) -> Response:
        """Change how they are in: muted, on hold, coaching …; or announce something to them."""
        participant = self._participant(conference_sid, who)
        wanted = wishes(ParticipantParameters.read(request.data), participant)
        participant = participants.steer(participant=participant, wishes=wanted)
        return Response(render_participant(participant))

    def delete(self, request: Request, account_sid: str, conference_sid: str, who: str) -> Response:
        """Put somebody out; their call goes on."""
        participants.kick(participant=self._participant(conference_sid, who))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _participant(self, conference_sid: str, who: str) -> Participant:
        if "\0" in who:  # PostgreSQL refuses to compare with it
            raise Http404
        conference = get_object_or_404(Conference, account=self.account, sid=conference_sid)
        return get_object_or_404(selectors.people_in(conference), Q(call__sid=who) | Q(label=who))
