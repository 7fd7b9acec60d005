"""Reading the JSON of a message that a stranger wrote; every complaint names the field."""

import json
from collections.abc import Iterable, Mapping
from typing import Final, cast

from media_engine.errors import MalformedMessage

MAX_TEXT: Final = 256
"""The longest name, number or SID in characters."""

MAX_PARAMETER: Final = 4096
"""The longest custom parameter in characters: room for an access token."""


class Fields:
    """The members of one JSON object. `path` is where it stands in the message, for complaints.

    Text has to be printable: control characters and lone surrogates are valid JSON, but logs and
    databases can not keep them.
    """

    __slots__ = ("_members", "_path")

    def __init__(self, members: Mapping[str, object], path: str = "") -> None:
        self._members = members
        self._path = path

    @classmethod
    def parse(cls, message: str) -> "Fields":
        """Read a whole message. MalformedMessage when it is not one JSON object."""
        try:
            parsed = json.loads(message)
        except (ValueError, RecursionError) as error:
            raise MalformedMessage(f"not JSON: {_cause(error)}") from error
        if not isinstance(parsed, dict):
            raise MalformedMessage("not a JSON object")
        return cls(parsed)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def text(self, name: str, *, longest: int = MAX_TEXT) -> str:
        """A member that has to be there and has to say something."""
        value = self.optional_text(name, longest=longest)
        if value is None:
            raise self.complaint(name, "is missing")
        return value

    def optional_text(self, name: str, *, longest: int = MAX_TEXT) -> str | None:
        """A member that may be absent, null or empty: all three are None."""
        value = self._members.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise self.complaint(name, "must be text")
        if len(value) > longest:
            raise self.complaint(name, f"is longer than {longest} characters")
        if not value.isprintable():
            raise self.complaint(name, "must be printable text")
        return value

    def long_text(self, name: str) -> str:
        """A member of any length and content, such as base64."""
        value = self._members.get(name)
        if not isinstance(value, str):
            raise self.complaint(name, "is missing" if value is None else "must be text")
        return value

    def whole_number(self, name: str, *, default: int | None = None) -> int:
        """A number, or its decimal digits as text: Twilio writes most numbers so."""
        value = self._members.get(name, default)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 9:
            return int(value)
        if type(value) is not int:
            raise self.complaint(name, "is missing" if value is None else "must be a whole number")
        return value

    def object(self, name: str) -> "Fields":
        """A member that has to be there and is itself an object."""
        value = self._members.get(name)
        if not isinstance(value, dict):
            raise self.complaint(name, "is missing" if value is None else "must be an object")
        return Fields(value, self._where(name))

    def optional_object(self, name: str) -> "Fields":
        """Like `object`; an absent or null member is an empty one."""
        if self._members.get(name) is None:
            return Fields({}, self._where(name))
        return self.object(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of text; absent or null: empty."""
        value = self._members.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.complaint(name, "must be a list of text")
        return tuple(cast(list[str], value))

    def all_texts(self) -> dict[str, str]:
        """Every member, each of which has to be text (an empty one stays)."""
        for name in self._members:
            if len(name) > MAX_TEXT or not name.isprintable():
                raise self.complaint(ascii(name[:64]), "is no name: too long, or not printable")
        return {
            name: self.optional_text(name, longest=MAX_PARAMETER) or "" for name in self._members
        }

    def only(self, known: Iterable[str]) -> None:
        """Complain about a member that is not known."""
        for name in self._members.keys() - set(known):
            raise self.complaint(ascii(name[:64]), "is not known")

    def complaint(self, name: str, what: str) -> MalformedMessage:
        return MalformedMessage(f"{self._where(name)} {what}")

    def _where(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name


def _cause(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}"
    return "too deep" if isinstance(error, RecursionError) else "a number is too long"
