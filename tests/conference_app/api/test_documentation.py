"""The API's description: whole, valid, and true of its own examples."""

from typing import Any

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema
from jsonschema import Draft7Validator

from conference_app.api import urls
from conference_app.api.base import AccountView
from conference_app.api.documentation.call import find
from conference_app.api.documentation.operations import SECTIONS
from conference_app.api.documentation.schema import SUFFIXES, openapi_document

METHODS = ("get", "post", "delete")


def _views() -> set[type[AccountView]]:
    """All views of the API, by their paths with a suffix; a wrapped one is found by what it
    wraps.
    """
    routes = [route for route in urls.urlpatterns if str(route.pattern).endswith(SUFFIXES)]
    callbacks: list[Any] = [route.callback for route in routes]
    return {getattr(callback, "__wrapped__", callback).view_class for callback in callbacks}


def _operations() -> list[dict[str, Any]]:
    return [
        operation
        for methods in openapi_document()["paths"].values()
        for operation in methods.values()
    ]


def _json_schema(part: Any) -> Any:
    """Say in JSON Schema what OpenAPI 3.0 says with "nullable"."""
    if isinstance(part, list):
        return [_json_schema(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    converted = {name: _json_schema(value) for name, value in part.items() if name != "nullable"}
    if part.get("nullable") is True:
        converted["type"] = [part["type"], "null"]
    return converted


def test_every_call_of_the_api_is_documented() -> None:
    missing = [
        f"{view.__name__}.{method}"
        for view in _views()
        for method in METHODS
        if hasattr(view, method) and find(SECTIONS, view(), method) is None
    ]
    assert missing == []


def test_every_documented_call_is_in_the_document_once() -> None:
    documented = [call for part in SECTIONS for calls in part.calls.values() for call in calls]
    names = [operation["operationId"] for operation in _operations()]
    assert len(set(names)) == len(names) == len(documented)


def test_the_document_is_openapi() -> None:
    validate_schema(openapi_document())  # type: ignore[no-untyped-call]


def test_every_example_is_of_the_schema_that_it_is_an_example_of() -> None:
    seen = 0
    for operation in _operations():
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (kind for body in bodies for kind in body.get("content", {}).values()):
            schema = {**content["schema"], "components": openapi_document()["components"]}
            for example in content.get("examples", {}).values():
                Draft7Validator(_json_schema(schema)).validate(_as_sent(example["value"]))
                seen += 1
    assert seen > len(_operations()) / 2


def _as_sent(value: Any) -> Any:
    """A form knows texts only; its booleans are spelled out."""
    if not isinstance(value, dict):
        return value
    return {
        name: {"true": True, "false": False}.get(str(text), text) for name, text in value.items()
    }


@pytest.mark.parametrize("operation", _operations(), ids=lambda operation: operation["operationId"])
def test_every_call_has_an_example_on_the_page(operation: dict[str, Any], db: None) -> None:
    page = Client().get("/api/docs/").content.decode()
    _, _, article = page.partition(f'<article id="{operation["operationId"]}">')
    article = article.partition("</article>")[0]
    assert "curl -u &quot;$auth&quot;" in article
    answers = str(operation["responses"].get("200", operation["responses"].get("201")))
    assert ("<summary>Answer</summary>" in article) == ("application/json" in answers)
    for status in operation["responses"]:
        assert f"<b>{status}</b>" in article


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(stranger: Client) -> None:
    response = stranger.get("/api/docs/")
    page = response.content.decode()
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "<script" not in page
    assert " style=" not in page
    assert all(part.startswith('"/') for part in page.split("href=")[1:] if part[1] != "#")


def test_the_document_is_for_anybody(stranger: Client) -> None:
    assert stranger.get("/api/schema/").json() == openapi_document()
