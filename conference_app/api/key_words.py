"""API keys in Twilio's words."""

from email.utils import format_datetime
from typing import Any

from rest_framework import serializers

from conference_app.api.serializers import Parameters
from conference_app.models import ApiKey


class KeyParameters(Parameters):
    """POST Keys and Keys/{Sid}."""

    FriendlyName = serializers.CharField(required=False, allow_blank=True, max_length=64)


def render_key(key: ApiKey) -> dict[str, Any]:
    """Key resource."""
    return {
        "sid": key.sid,
        "friendly_name": key.friendly_name,
        "date_created": format_datetime(key.created_at),
        "date_updated": format_datetime(key.updated_at),
    }


def render_new_key(key: ApiKey) -> dict[str, Any]:
    """Key resource with its secret: told once, to the one who made it."""
    return {**render_key(key), "secret": key.secret}
