"""Accounts in Twilio's words."""

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from conference_app.api.formats import account_uri, rfc2822
from conference_app.api.serializers import Parameters
from conference_app.models import Account, AccountStatus


class AccountFilters(Parameters):
    """GET Accounts."""

    FriendlyName = serializers.CharField(required=False, max_length=64)
    Status = serializers.ChoiceField(choices=[*AccountStatus.values, "closed"], required=False)


class AccountParameters(Parameters):
    """POST Accounts/{Sid}. Closing and suspending is the operator's, in the control room."""

    FriendlyName = serializers.CharField(required=False, max_length=64)
    Status = serializers.CharField(required=False)

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("Status", AccountStatus.ACTIVE) != AccountStatus.ACTIVE:
            raise serializers.ValidationError(
                {"Status": "Only the operator of this server closes or suspends an account."}
            )
        return super().validate(attrs)


def render_account(account: Account) -> dict[str, Any]:
    """Account resource. Its token stays out: an answer is kept in logs, and by whoever has less
    than the token.
    """
    uri = account_uri(account.sid)
    resources = ("applications", "calls", "conferences", "recordings")
    return {
        "auth_token": None,
        "date_created": rfc2822(account.created_at),
        "date_updated": rfc2822(account.updated_at),
        "friendly_name": account.friendly_name,
        "owner_account_sid": account.sid,
        "sid": account.sid,
        "status": account.status,
        "subresource_uris": {name: f"{uri}/{name.capitalize()}.json" for name in resources},
        "type": "Full",
        "uri": f"{uri}.json",
    }
