"""Errors in Twilio's words: one JSON shape, and the code that its error dictionary has for it."""

import logging
import math
from typing import Any, NamedTuple

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.defaults import server_error
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from conference_app.api.xml import as_xml, wants_xml
from conference_app.services import calling
from conference_app.services.errors import (
    BadTwiml,
    CallIsNotInProgress,
    ConferenceIsOver,
    NameTaken,
    NotFinished,
    ParticipantIsGone,
    Refused,
    ServiceError,
)
from media_engine import EngineError

logger = logging.getLogger(__name__)

PARAMETER_CODES = {
    "FriendlyName": 20002,
    "VoiceUrl": 21402,
    "VoiceFallbackUrl": 21402,
    "StatusCallback": 21402,
    "VoiceMethod": 21403,
    "VoiceFallbackMethod": 21403,
    "StatusCallbackMethod": 21403,
    "RecordingStatusCallback": 21402,
    "RecordingStatusCallbackMethod": 21403,
    "To": 21211,
    "From": 21212,
    "Url": 21205,
    "Method": 21209,
    "FallbackUrl": 21205,
    "FallbackMethod": 21209,
    "ApplicationSid": 21218,
    "SendDigits": 21206,
    "Timeout": 21208,
    "AnnounceUrl": 21402,
    "HoldUrl": 21402,
    "WaitUrl": 21402,
    "AnnounceMethod": 21403,
    "HoldMethod": 21403,
    "WaitMethod": 21403,
    "PageSize": 20007,
    "PageToken": 21481,
}
"""What a wrong value of a parameter is called; others are 20001."""

MISSING_CODES = {"To": 21201, "From": 21213}
"""What it is called that a parameter is not there, where Twilio tells the two apart."""


class TwilioError(NamedTuple):
    """What an error is called to the outside."""

    status: int
    code: int
    message: str

    def as_json(self) -> dict[str, Any]:
        """Render it as Twilio does."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def twilio_error_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer for whatever a view raised; None (and so a 500 with a trace in the log) for our own
    mistakes.
    """
    told = _tell(error, context["request"].path)
    if told is None:
        return None
    set_rollback()
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if isinstance(error, exceptions.Throttled):
        headers["Retry-After"] = str(math.ceil(getattr(error, "wait", None) or 1))
    if isinstance(error, exceptions.MethodNotAllowed):
        headers["Allow"] = ", ".join(context["view"].allowed_methods)
    return Response(told.as_json(), status=told.status, headers=headers)


def server_error_response(request: HttpRequest) -> HttpResponseBase:
    """Answer for a mistake of ours, on every path of the server."""
    if request.path.startswith("/2010-04-01/"):
        told = TwilioError(500, 20500, "Internal server error")
        if wants_xml(request.path):
            body = as_xml(told.as_json(), request.path)
            return HttpResponse(body, status=told.status, content_type="application/xml")
        return JsonResponse(told.as_json(), status=told.status)
    return server_error(request)


def _tell(error: Exception, path: str) -> TwilioError | None:
    if isinstance(error, ServiceError):
        return _tell_refusal(error, path)
    if isinstance(error, EngineError):
        logger.error("a command was not taken: %s", error)
        return TwilioError(503, 20503, "The media engine does not take commands at the moment.")
    if isinstance(error, SuspiciousOperation):
        return TwilioError(400, 20001, "The request has too many or too large parameters.")
    if isinstance(error, Http404):
        return _not_found(path)
    if isinstance(error, exceptions.APIException):
        return _tell_api_exception(error, path)
    return None


def _tell_refusal(error: ServiceError, path: str) -> TwilioError:
    if isinstance(error, ConferenceIsOver):
        return TwilioError(400, 16022, str(error))
    if isinstance(error, ParticipantIsGone):
        return _not_found(path)
    if isinstance(error, CallIsNotInProgress | calling.CallIsUnderWay):
        return TwilioError(400, 21220, str(error))
    if isinstance(error, NotFinished):
        return TwilioError(400, 20009, str(error))
    if isinstance(error, BadTwiml | Refused):
        return TwilioError(400, error.code, str(error))
    if isinstance(error, calling.TooManyCalls):
        return TwilioError(429, 20429, str(error))
    if isinstance(error, NameTaken):
        return TwilioError(409, 20409, str(error))
    return TwilioError(400, 20001, str(error))


def _tell_api_exception(error: exceptions.APIException, path: str) -> TwilioError:
    if isinstance(error, exceptions.ValidationError):
        return _tell_wrong_parameter(error)
    if isinstance(error, (exceptions.NotAuthenticated, exceptions.AuthenticationFailed)):
        return TwilioError(401, 20003, "Authenticate")
    if isinstance(error, exceptions.NotFound):
        return _not_found(path)
    if isinstance(error, exceptions.MethodNotAllowed):
        return TwilioError(405, 20004, "Method not allowed")
    if isinstance(error, exceptions.Throttled):
        return TwilioError(429, 20429, "Too many requests")
    if isinstance(error, exceptions.UnsupportedMediaType):
        return TwilioError(415, 19056, "Send parameters as application/x-www-form-urlencoded.")
    return TwilioError(error.status_code, 20001, str(error.detail))


def _tell_wrong_parameter(error: exceptions.ValidationError) -> TwilioError:
    if not isinstance(error.detail, dict):
        return TwilioError(400, 20001, str(error.detail))
    name, reasons = next(iter(error.detail.items()))
    reason = reasons[0] if isinstance(reasons, list) else reasons
    code = PARAMETER_CODES.get(name, 20001)
    if getattr(reason, "code", "") in ("required", "blank"):
        code = MISSING_CODES.get(name, code)
    return TwilioError(400, code, f"{name}: {reason}")


def _not_found(path: str) -> TwilioError:
    return TwilioError(404, 20404, f"The requested resource {path} was not found")
