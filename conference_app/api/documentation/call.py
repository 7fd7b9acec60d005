"""What is said of a call of the API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from conference_app.api.base import AccountView
from conference_app.api.documentation.shapes import Shape
from conference_app.api.serializers import Parameters

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One method of one resource.

    `summary`: what it does, in a few words; `details`: what else there is to know. `takes`: the
    form of a POST; `filters`: the query of a GET; `pages`: it gives a list in pages. `example`:
    values for the form or the query. `answers`: the body of a success, None for an empty one, of
    `status` and `media_type`. `also`: other statuses than those that every call has, and why.
    """

    summary: str
    details: str = ""
    takes: type[Parameters] | None = None
    filters: type[Parameters] | None = None
    pages: bool = False
    example: Mapping[str, str] = field(default_factory=dict)
    answers: Shape | None = None
    status: HTTPStatus = HTTPStatus.OK
    media_type: str = JSON
    also: Mapping[int, str] = field(default_factory=dict)

    def other_answers(self) -> dict[int, str]:
        """Give every status besides that of the plain success, with its reason."""
        answers = {
            401: "20003: the credentials are wrong",
            404: "20404: there is no such thing",
            429: "20429: too many requests; Retry-After says when to come again",
        }
        if self.takes or self.filters or self.pages:
            answers[400] = "A parameter is wrong: its code, or 20001"
        if self.takes:
            answers[415] = "19056: the body is no form"
        return dict(sorted({**answers, **self.also}.items()))


@dataclass(frozen=True, kw_only=True)
class Section:
    """Calls that belong together. `sid`: what `{sid}` is in their paths."""

    name: str
    text: str
    sid: Shape
    calls: Mapping[type[AccountView], Mapping[str, Call]] = field(repr=False)


@dataclass(frozen=True)
class Found:
    """A call and its section."""

    call: Call
    section: Section


def find(sections: tuple[Section, ...], view: Any, method: str) -> Found | None:
    """Find what is said of a method of a view."""
    for section in sections:
        call = section.calls.get(type(view), {}).get(method.lower())
        if call is not None:
            return Found(call, section)
    return None
