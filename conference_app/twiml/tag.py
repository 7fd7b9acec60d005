"""One XML element while it is read; what in it nobody reads earns a warning."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NoReturn, TypeVar
from urllib.parse import urlsplit

from lxml import etree

from conference_app.twiml.errors import Code, TwimlError, TwimlWarning, shown
from conference_app.twiml.verbs import HttpMethod

Kind = TypeVar("Kind")
Default = TypeVar("Default")

MAX_WARNINGS: Final = 100
LARGEST_NUMBER: Final = 2**31 - 1

_WHOLE_NUMBER = re.compile(r"[0-9]{1,10}")
_NO_URL_HAS = re.compile(r"[\x00-\x20\x7f]")
_FLAGS: Final = {"true": True, "false": False}
_METHODS: Final[Mapping[str, HttpMethod]] = {"GET": "GET", "POST": "POST"}


class Warnings:
    """The warnings of one document: MAX_WARNINGS are kept, the last one counts those left out."""

    def __init__(self) -> None:
        self._kept: list[TwimlWarning] = []
        self._left_out = 0

    def add(self, code: int, line: int | None, reason: str) -> None:
        """Keep a warning, or count it when there are enough."""
        if len(self._kept) < MAX_WARNINGS:
            self._kept.append(TwimlWarning(int(code), line, reason))
        else:
            self._left_out += 1

    def all(self) -> tuple[TwimlWarning, ...]:
        """Give at most MAX_WARNINGS + 1 warnings, in the order in which they came up."""
        if not self._left_out:
            return tuple(self._kept)
        rest = TwimlWarning(int(Code.NOT_IN_THE_SCHEMA), None, f"{self._left_out} more warnings")
        return (*self._kept, rest)


class Tag:
    """An element being read.

    The readers of attributes raise TwimlError with `code` for a value that is not allowed.
    """

    def __init__(self, element: etree._Element, warnings: Warnings) -> None:
        self._element = element
        self._warnings = warnings
        # Names only: lxml needs quadratic time for all values, 100 ms for a hostile 64 KiB element.
        self._names = dict.fromkeys(str(name) for name in element.attrib)
        self._unread = dict(self._names)
        self.name = element.tag
        self.line: int | None = element.sourceline  # type: ignore[assignment]
        self._label = f"<{shown(self.name)}>"

    def raw(self, attribute: str) -> str | None:
        """Give the value without space around it; None when the attribute is not there."""
        if attribute not in self._names:
            return None
        self._unread.pop(attribute, None)
        return self._element.get(attribute, "").strip()

    def text_value(self, attribute: str) -> str | None:
        """Give a value that may be any text; an empty one counts as not there."""
        return self.raw(attribute) or None

    def flag(self, attribute: str, default: bool, code: Code) -> bool:
        """Read true or false."""
        return self.choice(attribute, _FLAGS, default, code)

    def method(self, attribute: str, code: Code) -> HttpMethod:
        """Read GET or POST; POST when it is not there."""
        return self.choice(attribute, _METHODS, "POST", code)

    def choice(self, attribute: str, kinds: Mapping[str, Kind], default: Kind, code: Code) -> Kind:
        """Find the value among the keys of `kinds`, whatever its case, as Twilio does."""
        value = self.raw(attribute)
        if value is None:
            return default
        for word, kind in kinds.items():
            if word.lower() == value.lower():
                return kind
        allowed = ", ".join(word or "the empty string" for word in kinds)
        self.refuse(attribute, f"must be one of {allowed}", code)

    def words(
        self, attribute: str, allowed: tuple[str, ...], default: tuple[str, ...], code: Code
    ) -> tuple[str, ...]:
        """Read words with space between them, each once, in their order."""
        value = self.raw(attribute)
        if value is None:
            return default
        words = tuple(dict.fromkeys(value.lower().split()))
        if not set(words) <= set(allowed):
            self.refuse(attribute, f"may have only the words {', '.join(allowed)}", code)
        return words

    def whole_number(
        self,
        attribute: str,
        default: Default,
        code: Code,
        *,
        least: int = 1,
        most: int | None = None,
    ) -> int | Default:
        """Read ASCII digits alone: no sign, no underscore, no other script's digits."""
        value = self.raw(attribute)
        if value is None:
            return default
        if _WHOLE_NUMBER.fullmatch(value) and least <= int(value) <= (most or LARGEST_NUMBER):
            return int(value)
        span = f"from {least} to {most}" if most else f"not less than {least}"
        self.refuse(attribute, f"must be a whole number {span}", code)

    def url(self, attribute: str, code: Code) -> str | None:
        """Read a URL, relative or absolute; one that is not there or empty is None."""
        value = self.text_value(attribute)
        if value and (fault := url_fault(value)):
            self.refuse(attribute, fault, code)
        return value

    def refuse(self, attribute: str, rule: str, code: Code) -> NoReturn:
        """Raise TwimlError that names element, attribute, value and the rule that is broken."""
        value = shown(self._element.get(attribute, ""))
        raise TwimlError(code, f'{self._label} {attribute}="{value}": {rule}', self.line)

    def fail(self, reason: str, code: Code) -> NoReturn:
        """Raise TwimlError for something of the element that is not an attribute."""
        raise TwimlError(code, f"{self._label} {reason}", self.line)

    def warn(self, reason: str, code: Code = Code.NOT_IN_THE_SCHEMA) -> None:
        """Note something of the element that is left out; the document is read on."""
        self._warnings.add(code, self.line, f"{self._label} {reason}")

    def own_text(self) -> str:
        """Give the text that is not inside a nested element, without space around it."""
        parts = [self._element.text, *(child.tail for child in self._element)]
        return "".join(part or "" for part in parts).strip()

    def all_text(self) -> str:
        """Give all text, that of nested elements too, each run of white space as one space."""
        return " ".join("".join(str(part) for part in self._element.itertext()).split())

    def children(self) -> Iterator["Tag"]:
        """Give the nested elements, in their order."""
        for child in self._element:
            yield Tag(child, self._warnings)

    def has_no_effect(self, *attributes: str) -> None:
        """Take note of attributes that Twilio knows and nothing here listens to."""
        for attribute in attributes:
            if self.raw(attribute) is not None:
                self.warn(f"{attribute} has no effect here")

    def warn_of_unread(self) -> None:
        """Warn of each attribute that no reader asked for; for when the element has been read."""
        for attribute in self._unread:
            self.warn(f'has no attribute "{shown(attribute)}"; it is ignored')
        self._unread.clear()

    def warn_of_children(self) -> None:
        """Warn of each nested element, for an element that may have none."""
        for child in self.children():
            child.warn(f"may not stand in {self._label}; it is ignored")


def url_fault(url: str) -> str | None:
    """Say which rule a URL breaks; None: it can be resolved against a document's and requested."""
    if _NO_URL_HAS.search(url):
        return "may not have white space or control characters in a URL"
    try:
        parts = urlsplit(url)
        # urlsplit reads the port only when asked: a bad one raises here, not in mid-call.
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return f"is not a URL: {shown(str(error))}"
    if parts.scheme not in ("", "http", "https"):
        return "must be a relative URL or one of http or https"
    if (parts.scheme or parts.netloc) and not host:
        return "must name a host if it is an absolute URL"
    return None
