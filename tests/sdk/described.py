"""Twilio's description of its API: which operations there are, and what they answer."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import FormatChecker
from openapi_schema_validator import OAS30ReadValidator
from typing_extensions import override

from tests.conference_app.api.shapes import RFC_2822

_FILE: Final = Path(__file__).resolve().parents[1] / "data" / "twilio_api_v2010.json"


def _is_rfc_2822(value: object) -> bool:
    return not isinstance(value, str) or re.match(RFC_2822, value) is not None


_formats = FormatChecker(formats=())
_formats.checks("date-time-rfc-2822")(_is_rfc_2822)


@dataclass(frozen=True)
class Operation:
    """A method of a path. `answers`: the schema of each status, None where there is no body."""

    method: str
    path: str
    answers: dict[int, Any]

    @override
    def __str__(self) -> str:
        return f"{self.method} {self.path.removeprefix('/2010-04-01')}"


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_FILE.read_text())
    return document


@cache
def operations() -> tuple[Operation, ...]:
    """Give all that is described of what we mirror."""
    return tuple(
        Operation(
            method.upper(),
            path,
            {
                int(status): answer["content"]["application/json"]["schema"]
                if "content" in answer
                else None
                for status, answer in described["responses"].items()
            },
        )
        for path, methods in _document()["paths"].items()
        for method, described in methods.items()
    )


def faults(told: Any, schema: Any) -> list[str]:
    """Say what is wrong with an answer; properties of a resource that are missing count, too."""
    components = _document()["components"]
    validator = OAS30ReadValidator(
        {**_demanding(schema), "components": {**components, "schemas": _all_demanding()}},
        format_checker=_formats,
    )
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(told)]


@cache
def _all_demanding() -> dict[str, Any]:
    schemas = _document()["components"]["schemas"]
    return {name: _demanding(schema) for name, schema in schemas.items()}


def _demanding(schema: dict[str, Any]) -> dict[str, Any]:
    """Twilio's description requires nothing; its answers have everything, and so must ours."""
    if "properties" not in schema:
        return schema
    return {**schema, "required": list(schema["properties"])}
