"""Filters by date: "StartTime", "StartTime<" and "StartTime>", with a day or a second as the value.

A day is one in UTC. As the "=" that follows in a query says, both inequalities include what they
name: "StartTime<=2026-03-02" is up to the end of that day.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, NamedTuple

from django.utils.dateparse import parse_date, parse_datetime
from rest_framework import serializers
from typing_extensions import override

from conference_app.api.serializers import Parameters

_SIGNS: Final = ("", "<", ">")
_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)
_LAST_DAY: Final = datetime.max.replace(tzinfo=UTC) - _DAY
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


class Span(NamedTuple):
    """From `begin` (in it) to `end` (behind it): what Twilio shows as one second, or one day."""

    begin: datetime
    end: datetime


class MomentField(serializers.Field[Span, str, str, Any]):
    """A day ("2026-03-02") or a second ("2026-03-02T12:00:00Z"); without an offset it is UTC."""

    @override
    def to_internal_value(self, data: str) -> Span:
        try:
            return _read(data)
        except (ValueError, OverflowError) as error:
            raise serializers.ValidationError(
                "Enter a date as YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ."
            ) from error

    @override
    def to_representation(self, value: Span) -> str:
        return value.begin.isoformat()


def _read(text: str) -> Span:
    if _DATE.match(text):
        day = parse_date(text)
        if day is None:
            raise ValueError("no such day")
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return Span(begin, begin + _DAY)
    moment = parse_datetime(text)
    if moment is None:
        raise ValueError("no such moment")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    # SQLite and PostgreSQL hold years 1 to 9999 in UTC; an offset may lead out of them.
    begin = moment.astimezone(UTC).replace(microsecond=0)
    return Span(begin, begin + _SECOND)


def _day_if_midnight(span: Span) -> Span:
    """Take the first second of a day for the day: so Twilio's libraries write one."""
    begin = span.begin
    midnight = begin.replace(hour=0, minute=0, second=0)
    if begin != midnight or begin > _LAST_DAY:
        return span
    return Span(begin, begin + _DAY)


class MomentFilters(Parameters):
    """Filters of a list; `moments`: which parameters are dates, and the column of each."""

    moments: ClassVar[Mapping[str, str]] = {}

    @override
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        for name in self.moments:
            for sign in _SIGNS:
                fields[name + sign] = MomentField(required=False)
        return fields

    @classmethod
    def moment_lookups(cls, filters: Mapping[str, Any]) -> dict[str, datetime]:
        """Turn the dates among the filters into look-ups of rows; look-ups of a column add up."""
        lookups: dict[str, datetime] = {}
        for name, column in cls.moments.items():
            for sign in _SIGNS:
                span = filters.get(name + sign)
                if span is None:
                    continue
                if sign == "":
                    span = _day_if_midnight(span)
                if sign != "<":
                    key = f"{column}__gte"
                    lookups[key] = max(span.begin, lookups.get(key, span.begin))
                if sign != ">":
                    key = f"{column}__lt"
                    lookups[key] = min(span.end, lookups.get(key, span.end))
        return lookups
