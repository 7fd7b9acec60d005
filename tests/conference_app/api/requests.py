"""What the tests of the API have in common."""

from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import fromstring

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
    told = _told(response)
    assert set(told) == ERROR
    assert told["status"] == response.status_code
    assert told["more_info"] == f"https://www.twilio.com/docs/errors/{told['code']}"
    assert isinstance(told["message"], str)
    return response.status_code, told["code"]


_XML_NAMES = {"Code": "code", "Message": "message", "MoreInfo": "more_info", "Status": "status"}


def _told(response: Any) -> dict[str, Any]:
    """Read an error, which is JSON only where the path ends so."""
    if response.wsgi_request.path.endswith(".json"):
        assert response["Content-Type"] == "application/json"
        told: dict[str, Any] = response.json()
        return told
    assert response["Content-Type"].startswith("application/xml")
    (exception,) = fromstring(response.content)
    assert exception.tag == "RestException"
    texts = {_XML_NAMES[field.tag]: field.text or "" for field in exception}
    return texts | {"code": int(texts["code"]), "status": int(texts["status"])}
