"""The rows: one concept a file. Only `conference_app.services` writes them."""

from conference_app.models.account import Account, AccountStatus
from conference_app.models.alert import Alert, AlertLevel
from conference_app.models.api_key import ApiKey
from conference_app.models.application import Application
from conference_app.models.audibility_change import AudibilityChange
from conference_app.models.base import HttpMethod
from conference_app.models.call import (
    LIVE_CALL_STATUSES,
    UNANSWERED_CALL_STATUSES,
    Call,
    CallDirection,
    CallStatus,
)
from conference_app.models.conference import Conference, ConferenceStatus
from conference_app.models.conference_event import ConferenceEvent, EventKind
from conference_app.models.guest_link import GuestLink
from conference_app.models.participant import LeftReason, Participant, ParticipantStatus
from conference_app.models.recording import DRAWN, Recording, RecordingStatus
from conference_app.models.room import Room
from conference_app.models.twiml_bin import TwimlBin
from conference_app.models.webhook_delivery import (
    DeliveryKind,
    DeliveryStatus,
    WebhookDelivery,
)

__all__ = [
    "DRAWN",
    "LIVE_CALL_STATUSES",
    "UNANSWERED_CALL_STATUSES",
    "Account",
    "AccountStatus",
    "Alert",
    "AlertLevel",
    "ApiKey",
    "Application",
    "AudibilityChange",
    "Call",
    "CallDirection",
    "CallStatus",
    "Conference",
    "ConferenceEvent",
    "ConferenceStatus",
    "DeliveryKind",
    "DeliveryStatus",
    "EventKind",
    "GuestLink",
    "HttpMethod",
    "LeftReason",
    "Participant",
    "ParticipantStatus",
    "Recording",
    "RecordingStatus",
    "Room",
    "TwimlBin",
    "WebhookDelivery",
]
