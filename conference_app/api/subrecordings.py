"""Recordings of one conference, and those of one call."""

from typing import Any, ClassVar, Final, Protocol

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from conference_app import sids
from conference_app.api.base import AccountView
from conference_app.api.call_recording_words import CallRecordingParameters, read_wish
from conference_app.api.paging import Listing, render_page
from conference_app.api.recording_words import (
    SubresourceFilters,
    render_call_recording,
    render_conference_recording,
)
from conference_app.api.serializers import RecordingUpdateParameters
from conference_app.models import DRAWN, Call, Conference, Recording, RecordingStatus
from conference_app.services import recording_control, recordings

CURRENT: Final = "Twilio.CURRENT"
"""In place of a SID: the recording that is being made; of two the one that began last."""


class _Owner(Protocol):
    """Whose recordings these are, and how one of them is rendered."""

    def rows(self, view: AccountView, sid: str) -> QuerySet[Recording]:
        """Give them; Http404 when the account has nothing of this SID."""
        ...

    def render(self, recording: Recording, *, status: str = "") -> dict[str, Any]:
        """Give one as a resource below its owner; `status` where that is still to come about."""
        ...


class _OfConference:
    def rows(self, view: AccountView, sid: str) -> QuerySet[Recording]:
        conference = get_object_or_404(Conference, account=view.account, sid=sid)
        return Recording.objects.filter(conference=conference)

    def render(self, recording: Recording, *, status: str = "") -> dict[str, Any]:
        return render_conference_recording(recording, status=status)


class _OfCall:
    def rows(self, view: AccountView, sid: str) -> QuerySet[Recording]:
        call = get_object_or_404(Call, account=view.account, sid=sid)
        return Recording.objects.filter(call=call)

    def render(self, recording: Recording, *, status: str = "") -> dict[str, Any]:
        return render_call_recording(recording, status=status)


class _SubrecordingsView(AccountView):
    owner: ClassVar[_Owner]

    def rows(self, owner_sid: str) -> QuerySet[Recording]:
        """Give the owner's recordings, with what is needed to render them."""
        rows = self.owner.rows(self, owner_sid)
        return rows.select_related("account", "conference", "call").defer(*DRAWN)


class SubrecordingsView(_SubrecordingsView):
    """…/{owner}/Recordings."""

    def get(self, request: Request, account_sid: str, owner_sid: str) -> Response:
        """List them; filter DateCreated."""
        filters = SubresourceFilters.read_filters(request.query_params)
        everything = self.rows(owner_sid)
        rows = everything.filter(**SubresourceFilters.moment_lookups(filters))
        listing = Listing("recordings", rows, everything, self.owner.render)
        return Response(render_page(request, listing))


class SubrecordingView(_SubrecordingsView):
    """…/{owner}/Recordings/{Sid or Twilio.CURRENT}."""

    def get(self, request: Request, account_sid: str, owner_sid: str, sid: str) -> Response:
        """Fetch it."""
        return Response(self.owner.render(self.recording(owner_sid, sid)))

    def post(self, request: Request, account_sid: str, owner_sid: str, sid: str) -> Response:
        """Pause it, go on with it, or stop it."""
        recording = self.recording(owner_sid, sid)
        sent = RecordingUpdateParameters.read(request.data)
        if sent["Status"] == "stopped":
            recording = recording_control.stop(recording=recording)
            return Response(self.owner.render(recording, status="stopped"))
        if sent["Status"] == "paused":
            skip = sent["PauseBehavior"] == "skip"
            recording = recording_control.pause(recording=recording, skip=skip)
        else:
            recording = recording_control.resume(recording=recording)
        return Response(self.owner.render(recording))

    def delete(self, request: Request, account_sid: str, owner_sid: str, sid: str) -> Response:
        """Remove it and its files, once it is finished."""
        recordings.remove(recording=self.recording(owner_sid, sid))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def recording(self, owner_sid: str, sid: str) -> Recording:
        """Find the one that is meant, or Http404."""
        rows = self.rows(owner_sid)
        if sid == CURRENT:
            current = rows.filter(status=RecordingStatus.IN_PROGRESS).order_by("-id").first()
            if current is None:
                raise Http404
            return current
        if not sids.is_sid(sid, "RE"):
            raise Http404
        return get_object_or_404(rows, sid=sid)


class ConferenceRecordingsView(SubrecordingsView):
    """…/Conferences/{ConferenceSid}/Recordings."""

    owner = _OfConference()

    def post(self, request: Request, account_sid: str, owner_sid: str) -> Response:
        """Start one: beyond Twilio, which starts them with the meeting only."""
        conference = get_object_or_404(Conference, account=self.account, sid=owner_sid)
        recording = recording_control.start(conference=conference)
        return Response(render_conference_recording(recording), status=status.HTTP_201_CREATED)


class ConferenceRecordingView(SubrecordingView):
    """…/Conferences/{ConferenceSid}/Recordings/{Sid or Twilio.CURRENT}."""

    owner = _OfConference()


class CallRecordingsView(SubrecordingsView):
    """…/Calls/{CallSid}/Recordings."""

    owner = _OfCall()

    def post(self, request: Request, account_sid: str, owner_sid: str) -> Response:
        """Start one."""
        call = get_object_or_404(Call, account=self.account, sid=owner_sid)
        wish = read_wish(CallRecordingParameters.read_lists(request.data))
        recording = recording_control.start_of_call(call=call, wish=wish)
        return Response(render_call_recording(recording), status=status.HTTP_201_CREATED)


class CallRecordingView(SubrecordingView):
    """…/Calls/{CallSid}/Recordings/{Sid or Twilio.CURRENT}."""

    owner = _OfCall()
