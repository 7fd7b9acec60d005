import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from conference_app.twiml.errors import TwimlError
from conference_app.twiml.parser import MAX_DOCUMENT_BYTES, parse
from conference_app.twiml.verbs import Dial, Hangup, Pause, Say, TwimlDocument, Verb
from tests.conference_app.twiml.examples import EXAMPLES

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
PIECES = [
    *("<Response>", "</Response>", "<Say>", "</Say>", "<Dial>", "<Conference>", "<Gather>", "<"),
    *(">", "&", "&amp;", "&#0;", "&#x10FFFF;", '"', "=", "]]>", "<![CDATA[", "<!--", "-->", "<?x"),
    *("<!DOCTYPE a>", "<!ENTITY b 'c'>", "\x00", "\ud800", "\ufeff", "٣", "\u2028", "xmlns='u'"),
    *(" muted='x'", " timeLimit='-1'", " waitUrl='http://['", " loop='99999999999'"),
]


@pytest.mark.parametrize(("text", "dial"), EXAMPLES.values(), ids=EXAMPLES)
def test_the_examples_of_the_page_ask_for_what_it_says(text: str, dial: Dial) -> None:
    assert parse(text) == TwimlDocument((dial,))
    assert parse(text.encode()) == TwimlDocument((dial,))


def test_comments_instructions_and_text_between_verbs_are_passed_over() -> None:
    text = "<!-- a --><?b c?><Response>d<Pause/><!-- e --> f <?g?><Hangup/></Response><!-- h -->"
    assert parse(text) == TwimlDocument((Pause(1), Hangup()))


@pytest.mark.parametrize(
    ("document", "verbs"),
    [
        (b"<Response/>", ()),
        (b"\xef\xbb\xbf<Response><Hangup/></Response>", (Hangup(),)),
        ("\ufeff<Response><Hangup/></Response>", (Hangup(),)),
        ("<Response><Say>Grüße</Say></Response>".encode("utf-16"), (Say("Grüße"),)),
        (
            "<?xml version='1.0' encoding='latin1'?><Response><Say>ß</Say></Response>".encode(
                "latin1"
            ),
            (Say("ß"),),
        ),
        ("<?xml version='1.0' encoding='utf-16'?><Response><Say>ü</Say></Response>", (Say("ü"),)),
    ],
)
def test_bytes_count_in_their_own_encoding_and_text_as_it_is(
    document: bytes | str, verbs: tuple[Verb, ...]
) -> None:
    assert parse(document).verbs == verbs


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", 11770),
        ("", 11770),
        (b" \r\n\t", 11770),
        (b"\xef\xbb\xbf", 11770),
        (b"<Response/>".ljust(MAX_DOCUMENT_BYTES + 1), 11750),
        ("<Response/>".ljust(MAX_DOCUMENT_BYTES + 1), 11750),
        ("<Response/>" + "ü" * (MAX_DOCUMENT_BYTES // 2), 11750),
        (b"<Response " + b"".join(b"a%d='' " % n for n in range(100_000)) + b"/>", 11750),
        (b"<Response>", 12100),
        (b"<Response><Say></Response>", 12100),
        (b"\n<?xml version='1.0'?><Response/>", 12100),
        (b"hello", 12100),
        (b"<Response/><Response/>", 12100),
        (b"<Response>\x00</Response>", 12100),
        (b"<Response><Say>&#0;</Say></Response>", 12100),
        (b"<Response><Say>&nbsp;</Say></Response>", 12100),
        (b"<Response><Say>\xff\xfe\xfa</Say></Response>", 12100),
        ("<Response/>".encode("utf-16-le"), 12100),
        ("<Response>\ud800</Response>", 12100),
        (b"<?xml version='1.0' encoding='klingon'?><Response/>", 12100),
        (b"<Response><Play loop='1' loop='2'>a</Play></Response>", 12100),
        (b"<Response>" + b"<a>" * 10_000 + b"</a>" * 10_000 + b"</Response>", 11750),
        (b"<Response>" + b"<a>" * 9_000, 12100),
        (b"<response/>", 12102),
        (b"<html/>", 12102),
        (b"<Response xmlns='urn:x'/>", 12102),
    ],
)
def test_a_document_that_is_none_fails_with_twilios_code(document: bytes | str, code: int) -> None:
    with pytest.raises(TwimlError) as raised:
        parse(document)
    assert raised.value.code == code


@pytest.mark.parametrize(
    "attack",
    [
        "<!DOCTYPE Response><Response/>",
        "<!DOCTYPE Response SYSTEM '{url}'><Response/>",
        "<!DOCTYPE Response PUBLIC '-//x' '{url}'><Response/>",
        "<!DOCTYPE r [<!ENTITY x SYSTEM '{url}'>]><Response><Say>&x;</Say></Response>",
        "<!DOCTYPE r [<!ENTITY x SYSTEM '{url}'>]><Response><Say loop='&x;'>a</Say></Response>",
        "<!DOCTYPE r [<!ENTITY % x SYSTEM '{url}'> %x;]><Response/>",
        "<!DOCTYPE r [<!ENTITY x 'y'>]><Response><Say>&x;</Say></Response>",
        "<!DOCTYPE r [<!ATTLIST Response a CDATA 'b'>]><Response/>",
        "<!DOCTYPE r [<!ENTITY l0 'ha'>{laughs}]><Response><Say>&l9;</Say></Response>",
        "<!DOCTYPE r [<!ENTITY l0 'ha'>{laughs}]><Response><Say loop='&l9;'>a</Say></Response>",
        "<!DOCTYPE r [<!ENTITY x '{long}'>]><Response><Say loop='{many}'>a</Say></Response>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused_whatever_it_declares(attack: str, encoding: str) -> None:
    with tempfile.NamedTemporaryFile() as secret:
        text = attack.format(
            url=Path(secret.name).as_uri(), laughs=LAUGHS, long="x" * 9_000, many="&x;" * 4_000
        )
        with pytest.raises(TwimlError) as raised:
            parse(text.encode(encoding))
    assert raised.value.code == 12100


def test_an_include_of_another_file_is_not_followed() -> None:
    text = (
        "<Response xmlns:xi='http://www.w3.org/2001/XInclude'>"
        "<xi:include href='file:///etc/hostname' parse='text'/></Response>"
    )
    document = parse(text)
    assert document.verbs == ()
    assert [warning.code for warning in document.warnings] == [12200]


def test_a_syntax_error_tells_its_line() -> None:
    with pytest.raises(TwimlError) as raised:
        parse("<Response>\n<Pause/>\n<Say>a & b</Say></Response>")
    assert raised.value.line == 3
    assert "not well-formed" in raised.value.reason


def test_a_document_of_the_greatest_size_is_read() -> None:
    verb = b"<Pause/>"
    count = (MAX_DOCUMENT_BYTES - len(b"<Response></Response>")) // len(verb)
    text = (b"<Response>" + verb * count + b"</Response>").ljust(MAX_DOCUMENT_BYTES)
    assert len(parse(text).verbs) == count


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """One of the page's documents with pieces put in, put in place of others, and cut out."""
    text, _ = draw(st.sampled_from(sorted(EXAMPLES.values(), key=str)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        until = draw(st.integers(at, min(len(text), at + 20)))
        text = text[:at] + draw(st.sampled_from(PIECES) | st.text(max_size=5)) + text[until:]
    return text


def read_or_refuse(document: bytes | str) -> None:
    try:
        parse(document)
    except TwimlError as error:
        assert error.reason and 10_000 < error.code < 20_000


@settings(max_examples=300, deadline=None)
@given(mutated(), st.sampled_from(["utf-8", "utf-16", "utf-16-be", "utf-32", "utf-7", "latin-1"]))
def test_a_mutated_document_is_read_or_refused_with_a_code(text: str, encoding: str) -> None:
    read_or_refuse(text)
    declared = f"<?xml version='1.0' encoding='{encoding}'?>{text}"
    read_or_refuse(declared.encode(encoding, errors="replace"))


NAMES = st.sampled_from(["Say", "Play", "Pause", "Gather", "Redirect", "Reject", "Dial", "Bogus"])
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["loop", "digits", "length", "timeout", "action", "method", "input", "reason"]),
    st.sampled_from(
        ["", "0", "1", "-1", "٣", "true", "GET", "http://[", "http://a:b", "//", "dtmf"]
    )
    | st.text(alphabet=st.characters(exclude_categories=["C"]), max_size=9),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(NAMES, ATTRIBUTES, st.text(max_size=9)), max_size=4))
def test_a_well_formed_document_with_arbitrary_values_is_read_or_refused_with_a_code(
    elements: list[tuple[str, dict[str, str], str]],
) -> None:
    response = etree.Element("Response")
    for name, attributes, text in elements:
        etree.SubElement(response, name, attributes).text = "".join(filter(str.isprintable, text))
    read_or_refuse(etree.tostring(response))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.binary(max_size=50).map(lambda b: b"<Response>" + b))
def test_arbitrary_bytes_are_refused_with_a_code(octets: bytes) -> None:
    read_or_refuse(octets)
