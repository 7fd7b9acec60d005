"""The OpenAPI document, made of the routes, the Parameters classes and `operations`."""

import json
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiRequest,
    OpenApiResponse,
)
from typing_extensions import override
from uritemplate import variables

from conference_app.api.documentation.call import FORM, JSON, Call, Found, find
from conference_app.api.documentation.operations import SECTIONS
from conference_app.api.documentation.resources import ERROR, NAMED
from conference_app.api.documentation.shapes import ACCOUNT, Shape, sid, text
from conference_app.api.paging import PageParameters

SUFFIXES: Final = (".json", ".wav", ".mp3")
"""Each resource has a path without one too, for the same."""

_IN_PATHS: Final = {
    "account_sid": ACCOUNT,
    "conference_sid": sid("CF"),
    "call_sid": sid("CA"),
    "recording_sid": sid("RE"),
    "who": text(sid("CA").example, minLength=1),
}


@lru_cache(maxsize=1)
def openapi_document() -> dict[str, Any]:
    """Give the document of this server."""
    generator: Any = SchemaGenerator  # its methods have no types
    generated = generator().get_schema(request=None, public=True)
    document: dict[str, Any] = json.loads(json.dumps(generated), object_hook=_without_marks)
    shapes = {shape.name: {**shape.schema, "example": shape.example} for shape in NAMED}
    document["components"].setdefault("schemas", {}).update(shapes)
    document["servers"] = [{"url": settings.CONFAB_PUBLIC_URL}]
    document["tags"] = [{"name": part.name, "description": part.text} for part in SECTIONS]
    return document


class CallSchema(AutoSchema):
    """Says of a view's method what `operations` says; what is not there is left out."""

    @property
    def _found(self) -> Found | None:
        return find(SECTIONS, self.view, self.method)

    @property
    def _call(self) -> Call:
        assert self._found is not None  # is_excluded has been asked first
        return self._found.call

    @override
    def is_excluded(self) -> bool:
        return self._found is None or not self.path.endswith(SUFFIXES)

    @override
    def get_operation_id(self) -> str:
        return self._call.summary.title().replace(" ", "")

    @override
    def get_summary(self) -> str:
        return self._call.summary

    @override
    def get_description(self) -> str:  # type: ignore[override] # as in AutoSchema
        return self._call.details

    @override
    def get_tags(self) -> list[str]:
        return [self._found.section.name] if self._found is not None else []

    @override
    def get_override_parameters(self) -> list[Any]:
        query = [self._call.filters, PageParameters if self._call.pages else None]
        in_path = [_path_parameter(name, self._shape_of(name)) for name in variables(self.path)]
        return [*in_path, *(parameters for parameters in query if parameters is not None)]

    def _shape_of(self, name: str) -> Shape:
        assert self._found is not None
        return self._found.section.sid if name == "sid" else _IN_PATHS.get(name, text())

    @override
    def get_extensions(self) -> dict[str, Any]:
        """An example of the query: OpenAPI has none for all of it."""
        in_query = self._call.takes is None and self._call.example
        return {"x-example-query": dict(self._call.example)} if in_query else {}

    @override
    def get_request_serializer(self) -> Any:
        if self._call.takes is None:
            return None
        example = _example(dict(self._call.example))
        return {FORM: OpenApiRequest(self._call.takes, examples=[example])}

    @override
    def get_response_serializers(self) -> Any:
        call, answers = self._call, self._call.answers
        success = OpenApiResponse(description=call.status.phrase)
        if answers is not None:
            shown = [] if answers.example is None else [_example(answers.example)]
            success = OpenApiResponse(answers.reference, call.status.phrase, shown)
        return {
            (int(call.status), call.media_type): success,
            **{
                _other_answer(call, status): OpenApiResponse(_body(call, status), reason)
                for status, reason in call.other_answers().items()
            },
        }


def _path_parameter(name: str, shape: Shape) -> OpenApiParameter:
    schema = {**shape.schema, "example": shape.example}
    return OpenApiParameter(name, type=schema, location=OpenApiParameter.PATH, required=True)


def _example(value: Any) -> OpenApiExample:
    return OpenApiExample("Example", value=value)


def _other_answer(call: Call, status: int) -> tuple[int, str]:
    return status, call.media_type if status < HTTPStatus.BAD_REQUEST else JSON


def _body(call: Call, status: int) -> dict[str, Any] | None:
    """A range of a file is more of the same; a failure is an error. Where files are asked for, its
    form is not promised.
    """
    if status < HTTPStatus.BAD_REQUEST:
        return call.answers.reference if call.answers is not None else None
    return ERROR.reference if call.media_type == JSON else None


def _without_marks(part: dict[str, Any]) -> dict[str, Any]:
    """Leave out what the generator notes down for itself."""
    return {name: value for name, value in part.items() if name != "x-spec-enum-id"}


class AccountScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """HTTP Basic, as `api.authentication` reads it."""

    target_class = "conference_app.api.authentication.AccountAuthentication"
    name = "account"

    @override
    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "basic",
            "description": "An account's SID and one of its auth tokens, or an API key's SID and"
            " its secret.",
        }


class MomentFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A day or a second, as `api.moments` reads it."""

    target_class = "conference_app.api.moments.MomentField"

    @override
    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        return {"type": "string", "example": "2026-11-22", "description": "a day or a second"}


class WordsFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Words of a set, as `api.formats` reads them."""

    target_class = "conference_app.api.formats.WordsField"

    @override
    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "enum": list(self.target.words)}}


class NamedValuesFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """`name=value`, as often as wanted."""

    target_class = "conference_app.api.calling_parameters.NamedValuesField"

    @override
    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "example": "name=value"}}
