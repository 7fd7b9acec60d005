"""What comes in: forms, of a bounded size. What goes out: JSON or XML, as the path says."""

from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.conf import settings
from django.http import QueryDict
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from typing_extensions import override

from conference_app.api.xml import wants_xml


class BoundedFormParser(BaseParser):
    """application/x-www-form-urlencoded, in UTF-8, up to DATA_UPLOAD_MAX_MEMORY_SIZE bytes."""

    media_type = "application/x-www-form-urlencoded"

    @override
    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> QueryDict:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise ParseError(f"The request body has more than {limit} bytes.")
        return QueryDict(body, encoding="utf-8")


class ByThePath(BaseContentNegotiation):
    """Twilio tells the format by the path, not by the Accept header."""

    @override
    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        content_type = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == content_type), None)

    @override
    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        wanted = "xml" if wants_xml(request.path) else "json"
        renderer = next(one for one in renderers if one.format == wanted)
        return renderer, renderer.media_type or ""
