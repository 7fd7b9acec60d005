"""Making calls, and calling people into conferences: the POST of two lists.

Each function is the whole of its view's `post`.
"""

from django.http import Http404
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from conference_app import selectors, sids
from conference_app.api.call_words import render_call
from conference_app.api.calling_parameters import (
    InvitationParameters,
    NewCallParameters,
    read_callback,
    read_callee,
    read_invitation,
    read_plan,
)
from conference_app.api.calling_rendering import render_invited
from conference_app.models import Account, Application, Conference
from conference_app.services import calling, inviting


def create_call(account: Account, request: Request) -> Response:
    """POST Calls: ring a client or an agent, and carry out TwiML when it answers."""
    sent = NewCallParameters.read_lists(request.data)
    application = _application(account, sent.get("ApplicationSid"))
    callee, parameters = read_callee(sent)
    call = calling.place(
        account=account,
        callee=callee,
        caller=sent["From"],
        plan=read_plan(sent, application, parameters),
        callback=None if application is not None else read_callback(sent),
        application=application,
    )
    return Response(render_call(call), status=status.HTTP_201_CREATED)


def create_participant(account: Account, request: Request, conference_sid: str) -> Response:
    """POST Conferences/{Sid or name}/Participants: ring somebody and bring them in."""
    # As TwiML reads a room's name.
    room = conference_sid.strip()
    if not room:
        raise Http404
    sent = InvitationParameters.read_lists(request.data)
    invitation = read_invitation(sent)
    try:
        conference, call = inviting.invite(account=account, room=room, invitation=invitation)
    except Conference.DoesNotExist:
        raise Http404 from None
    return Response(
        render_invited(conference, call, invitation.terms), status=status.HTTP_201_CREATED
    )


def _application(account: Account, sid: str | None) -> Application | None:
    if sid is None:
        return None
    application = selectors.application_called(account, sid) if sids.is_sid(sid, "AP") else None
    if application is None or not application.voice_url:
        raise serializers.ValidationError(
            {"ApplicationSid": "There is no application of this SID that has a voice URL."}
        )
    return application
