"""What the tests of the API have in common."""

from typing import Any
from urllib.parse import urlencode

from django.test import Client

from conference_app.models import Account
from tests.conference_app.api.shapes import ERROR


def path_of(account: Account, resource: str = "") -> str:
    """The path of a resource of an account."""
    return f"/2010-04-01/Accounts/{account.sid}{resource}"


def post_form(client: Client, path: str, **parameters: str) -> Any:
    """POST as Twilio's clients do."""
    return client.post(path, urlencode(parameters), "application/x-www-form-urlencoded")


def error_of(response: Any) -> tuple[int, int]:
    """Give status and code of an error, once it is sure that it has Twilio's form."""
    told = response.json()
    assert response["Content-Type"] == "application/json"
    assert set(told) == ERROR
    assert told["status"] == response.status_code
    assert told["more_info"] == f"https://www.twilio.com/docs/errors/{told['code']}"
    assert isinstance(told["message"], str)
    return response.status_code, told["code"]
