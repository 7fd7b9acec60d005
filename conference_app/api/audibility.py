"""Who could hear whom at a moment, from what was written down as it changed."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from conference_app import selectors
from conference_app.api.base import AccountView
from conference_app.api.serializers import AudibilityParameters, render_audibility
from conference_app.models import Conference


class AudibilityView(AccountView):
    """…/Conferences/{ConferenceSid}/Audibility."""

    def get(self, request: Request, account_sid: str, conference_sid: str) -> Response:
        """Tell who was in at a moment (At), how each was heard, and at what gain heard the others,
        and who had the floor; of a conference that is over too.
        """
        own = Conference.objects.select_related("account").filter(account=self.account)
        conference = get_object_or_404(own, sid=conference_sid)
        at = AudibilityParameters.read_filters(request.query_params).get("At", timezone.now())
        present = selectors.audible_at(conference, at)
        speaker = selectors.active_speaker(conference, at)
        return Response(render_audibility(conference, at, present, speaker))
