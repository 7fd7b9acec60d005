"""From the bytes that somebody's web server sent to a TwimlDocument.

Names of verbs, nouns and attributes are case-sensitive, as Twilio's are.
"""

from typing import Final

from lxml import etree

from conference_app.twiml.errors import Code, TwimlError, shown
from conference_app.twiml.tag import Tag
from conference_app.twiml.verb_readers import Reading, read_verb
from conference_app.twiml.verbs import DEFAULT_MAX_PARTICIPANTS, TwimlDocument

MAX_DOCUMENT_BYTES: Final = 64 * 1024

_ROOT: Final = "Response"


def parse(
    document: bytes | str,
    *,
    max_bytes: int = MAX_DOCUMENT_BYTES,
    max_participants: int = DEFAULT_MAX_PARTICIPANTS,
) -> TwimlDocument:
    """Read a TwiML document that may come from anybody, in time that its size bounds.

    `document`: bytes in the encoding that they declare (UTF-8 if none), or text, whose own
    declaration does not count. `max_participants`: the ceiling of that attribute, and its value
    where it is not given. Comments, processing instructions and text between verbs are passed
    over. Unknown attributes and verbs are left out with a warning (12200). Everything else that
    is wrong raises TwimlError; nothing else is raised.
    """
    root = _root(_bounded(document, max_bytes), is_text=isinstance(document, str))
    reading = Reading(max_participants)
    response = Tag(root, reading.warnings)
    if response.name != _ROOT:
        response.fail(f"may not be the root of a document; <{_ROOT}> must be", Code.WRONG_ROOT)
    response.warn_of_unread()
    verbs = [read_verb(tag, reading) for tag in response.children()]
    return TwimlDocument(
        tuple(verb for verb in verbs if verb is not None),
        reading.warnings.all(),
        tuple(reading.skipped),
    )


def _bounded(document: bytes | str, max_bytes: int) -> bytes:
    """Give the document as bytes; one that is too large or empty never reaches the XML parser."""
    # A text has no more characters than bytes: one far too long is refused before it is encoded.
    if len(document) <= max_bytes:
        octets = _encoded(document) if isinstance(document, str) else document
        if len(octets) <= max_bytes:
            if not octets.removeprefix(b"\xef\xbb\xbf").strip():
                raise TwimlError(Code.EMPTY, "the document is empty")
            return octets
    raise TwimlError(Code.TOO_LARGE, f"the document has more than {max_bytes} bytes")


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        reason = "the document has a lone surrogate, which is no character"
        raise TwimlError(Code.UNPARSABLE, reason) from error


def _root(octets: bytes, *, is_text: bool) -> etree._Element:
    """Parse the XML without ever leaving it: no network, no files, no entities of its own.

    A DOCTYPE is seen only after the parsing; until then libxml2 bounds the depth (256) and what
    entities grow to. It is always refused, so that no element that is read holds an entity.
    """
    parser = etree.XMLParser(
        encoding="utf-8" if is_text else None,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: etree._Element = etree.fromstring(octets, parser)
    except etree.XMLSyntaxError as error:
        raise TwimlError(Code.UNPARSABLE, _syntax_reason(error), error.lineno or None) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise TwimlError(Code.UNPARSABLE, "the document has a DOCTYPE, which is not allowed")
    return root


def _syntax_reason(error: etree.XMLSyntaxError) -> str:
    message = " ".join((error.msg or "unknown fault").split())
    return f"the document is not well-formed XML: {shown(message, longest=200)}"
