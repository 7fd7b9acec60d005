"""/api/schema/ and /api/docs/, for anybody: they tell nothing of what is in this server."""

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from conference_app.api.documentation.call import FORM, JSON
from conference_app.api.documentation.schema import openapi_document

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
_ACCOUNT_PATH: Final = "/2010-04-01/Accounts/{account_sid}"


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """Give the OpenAPI document."""
    return JsonResponse(openapi_document(), json_dumps_params={"ensure_ascii": False, "indent": 2})


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show it as one page, which needs no script."""
    document = openapi_document()
    sections = [
        {**tag, "anchor": slugify(tag["name"]), "calls": list(_calls_of(document, tag["name"]))}
        for tag in document["tags"]
    ]
    context = {"sections": sections, "api": settings.CONFAB_PUBLIC_URL + "/2010-04-01/Accounts/"}
    response = render(request, "api/docs.html", context)
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


def _calls_of(document: dict[str, Any], tag: str) -> Iterator[dict[str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield _call(document, path, method.upper(), operation)


def _call(
    document: dict[str, Any], path: str, method: str, operation: dict[str, Any]
) -> dict[str, Any]:
    """Give what the page shows of a call."""
    form = operation.get("requestBody", {}).get("content", {}).get(FORM, {})
    query = [given for given in operation["parameters"] if given["in"] == "query"]
    fields = _resolve(document, form.get("schema", {})).get("properties", {})
    return {
        "anchor": operation["operationId"],
        "method": method,
        "path": path.removeprefix(_ACCOUNT_PATH),
        "summary": operation["summary"],
        "details": operation.get("description", ""),
        "parameters": [
            *(_parameter(given["name"], given["schema"]) for given in query),
            *(_parameter(name, field) for name, field in fields.items()),
        ],
        "curl": _curl(path, method, operation, _first_example(form) or {}),
        "answer": _answer(operation["responses"]),
        "statuses": [
            {"status": status, "reason": answer["description"]}
            for status, answer in operation["responses"].items()
        ],
    }


def _resolve(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference, if it is one."""
    name = part.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document["components"]["schemas"][name] if name else part
    return found


def _parameter(name: str, rules: dict[str, Any]) -> dict[str, str]:
    """Say in words what a parameter may be."""
    if "enum" in rules:
        kind = " or ".join(str(value) for value in rules["enum"] if value)
    else:
        kind = {"boolean": "true or false", "integer": "a number"}.get(rules["type"], "text")
        kind = "a day, as 2026-11-22" if rules.get("format") == "date" else kind
    limits = {
        "minimum": "from {}",
        "maximum": "to {}",
        "maxLength": "up to {} characters",
    }
    said = [words.format(rules[limit]) for limit, words in limits.items() if limit in rules]
    return {"name": name, "kind": " ".join([kind, *said]), "text": rules.get("description", "")}


def _curl(path: str, method: str, operation: dict[str, Any], form: dict[str, str]) -> str:
    """Give a command that makes the call; `$api` and `$auth` are explained on the page."""
    samples = {
        given["name"]: given["schema"].get("example", "…")
        for given in operation["parameters"]
        if given["in"] == "path"
    }
    short = path.removeprefix(_ACCOUNT_PATH)
    filled = re.sub(r"\{(\w+)\}", lambda found: samples[found[1]], short)
    query = "?" + urlencode(operation["x-example-query"]) if "x-example-query" in operation else ""
    sent = [f"-d {shlex.quote(f'{name}={value}')}" for name, value in form.items()]
    verb = (
        ["-X DELETE"]
        if method == "DELETE"
        else ["-X POST"]
        if method == "POST" and not sent
        else []
    )
    output = ["-O"] if JSON not in str(operation["responses"].get("200", JSON)) else []
    return " ".join(["curl", '-u "$auth"', *verb, *output, *sent, f'"$api{filled}{query}"'])


def _first_example(content: dict[str, Any]) -> Any:
    return next((example["value"] for example in content.get("examples", {}).values()), None)


def _answer(responses: dict[str, Any]) -> str:
    """Give the example of a success, as text; "" where there is none to show."""
    for status in ("200", "201"):
        example = _first_example(responses.get(status, {}).get("content", {}).get(JSON, {}))
        if example is not None:
            return json.dumps(example, indent=2, ensure_ascii=False)
    return ""
