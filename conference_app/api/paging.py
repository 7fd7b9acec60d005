"""Twilio's paged lists: newest first, a page found again by the SID it begins after.

A token is "PA" and the SID of a page's last row (the next page), or "PB" and that of its first (the
page before); so rows that come meanwhile do not shift the pages. `Page` alone, without a token,
counts pages off.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from conference_app.api.serializers import Parameters

MAX_PAGE_SIZE = 1000
_PAGING_NAMES = ("Page", "PageSize", "PageToken")

Row = TypeVar("Row", bound=Model)


class PageParameters(Parameters):
    """Which page of a list."""

    PageSize = serializers.IntegerField(min_value=1, max_value=MAX_PAGE_SIZE, default=50)
    Page = serializers.IntegerField(min_value=0, max_value=1_000_000, default=0)
    PageToken = serializers.RegexField(r"^P[AB][A-Z]{2}[0-9a-fA-F]{32}\Z", default="")


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """What is listed, and how: `key` names the list in the JSON; `sid_field` leads to a row's SID.

    `everything`: `rows` before they were filtered; a token's row may have dropped out of the filter
    meanwhile.
    """

    key: str
    rows: QuerySet[Row]
    everything: QuerySet[Row]
    render: Callable[[Row], dict[str, Any]]
    sid_field: str = "sid"

    def sid(self, row: Row) -> str:
        """Give the SID by which the row is found again."""
        value: Any = row
        for name in self.sid_field.split("__"):
            value = getattr(value, name)
        return str(value)


def render_page(request: Request, listing: Listing[Row]) -> dict[str, Any]:
    """Give the page that the request asks for, in Twilio's envelope. ValidationError for a bad page
    or token.
    """
    wanted = PageParameters.read_filters(request.query_params)
    number, size = wanted["Page"], wanted["PageSize"]
    rows, more = _rows_of(listing, **wanted)
    start = number * size
    next_token = f"PA{listing.sid(rows[-1])}" if more else ""
    previous_token = f"PB{listing.sid(rows[0])}" if rows and number > 0 else ""
    return {
        listing.key: [listing.render(row) for row in rows],
        "first_page_uri": _uri(request, 0, size, ""),
        "next_page_uri": _uri(request, number + 1, size, next_token) if next_token else None,
        "previous_page_uri": (
            _uri(request, number - 1, size, previous_token) if previous_token else None
        ),
        "uri": _uri(request, number, size, wanted["PageToken"]),
        "page": number,
        "page_size": size,
        "start": start,
        "end": start + max(len(rows), 1) - 1,
    }


def _rows_of(
    listing: Listing[Row], *, Page: int, PageSize: int, PageToken: str
) -> tuple[list[Row], bool]:
    """Give the rows of a page, newest first, and whether older ones follow."""
    newest_first = listing.rows.order_by("-pk")
    if not PageToken:
        offset = Page * PageSize
        rows = list(newest_first[offset : offset + PageSize + 1])
        return rows[:PageSize], len(rows) > PageSize
    anchor = _pk_of(listing, PageToken[2:])
    if PageToken.startswith("PA"):
        rows = list(newest_first.filter(pk__lt=anchor)[: PageSize + 1])
        return rows[:PageSize], len(rows) > PageSize
    rows = list(listing.rows.filter(pk__gt=anchor).order_by("pk")[:PageSize])
    return rows[::-1], bool(rows)


def _pk_of(listing: Listing[Row], sid: str) -> Any:
    row = listing.everything.filter(**{listing.sid_field: sid}).order_by("-pk").first()
    if row is None:
        raise serializers.ValidationError({"PageToken": "This is not a token of this list."})
    return row.pk


def _uri(request: Request, number: int, size: int, token: str) -> str:
    path = request.path if request.path.endswith(".json") else f"{request.path}.json"
    filters = [
        (name, value)
        for name, values in request.query_params.lists()
        if name not in _PAGING_NAMES
        for value in values
    ]
    paging: list[tuple[str, Any]] = [("PageSize", size), ("Page", number)]
    if token:
        paging.append(("PageToken", token))
    return f"{path}?{urlencode([*filters, *paging])}"
