"""What Twilio answers to a path without ".json": the same resource as XML.

The names of elements are those of the JSON in capitals ("date_created" → <DateCreated>). That of
the resource comes from the path: …/Calls/CA… is a <Call>, and …/Calls a list of them in <Calls>.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

from rest_framework.renderers import BaseRenderer
from typing_extensions import override

_NOT_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold (XML 1.0, section 2.2)."""

_ERROR: Final = {"code", "message", "more_info", "status"}

_PAGE_ATTRIBUTES: Final = (
    "page",
    "page_size",
    "start",
    "end",
    "uri",
    "first_page_uri",
    "next_page_uri",
    "previous_page_uri",
)


class TwilioXmlRenderer(BaseRenderer):
    """application/xml, in <TwilioResponse>."""

    media_type = "application/xml"
    format = "xml"
    charset = "utf-8"

    @override
    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None:
            return b""
        path = renderer_context["request"].path if renderer_context else ""
        return as_xml(data, path)


def wants_xml(path: str) -> bool:
    """Whether this is what a path is to be answered with: whatever does not end in ".json"."""
    return not path.endswith(".json")


def as_xml(told: Mapping[str, Any], path: str) -> bytes:
    """Write what the JSON for `path` would say."""
    root = Element("TwilioResponse")
    if told.keys() >= _ERROR:
        _add(root, "rest_exception", told)
    elif "page_size" in told:
        _add_page(root, told)
    else:
        _add(root, _collection(path).removesuffix("s"), told)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _add_page(root: Element, told: Mapping[str, Any]) -> None:
    attributes = {name.replace("_", ""): _text(name, told[name]) for name in _PAGE_ATTRIBUTES}
    (key,) = told.keys() - set(_PAGE_ATTRIBUTES)
    parent = SubElement(root, _camel(key), attributes)
    for row in told[key]:
        _add(parent, key.removesuffix("s"), row)


def _add(parent: Element, name: str, value: Any) -> None:
    element = SubElement(parent, _camel(name))
    if isinstance(value, Mapping):
        for key, part in value.items():
            _add(element, key, _bare(part) if name == "subresource_uris" else part)
    elif isinstance(value, list):
        for part in value:
            _add(element, name.removesuffix("s"), part)
    else:
        element.text = _text(name, value)


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = _NOT_XML.sub("\ufffd", str(value))
    return _bare(text) if name == "uri" or name.endswith("_page_uri") else text


def _bare(uri: str) -> str:
    """Take ".json" out: what leads on from XML leads to XML."""
    path, question_mark, query = uri.partition("?")
    return path.removesuffix(".json") + question_mark + query


def _collection(path: str) -> str:
    """Give the last name in a path that is not somebody's: below the version, names and SIDs
    alternate.
    """
    names = path.strip("/").split("/")[1::2]
    return names[-1] if names and names[-1].isalpha() else "Resource"


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))
