import pytest

from conference_app.twiml.errors import TwimlWarning
from conference_app.twiml.parser import parse
from conference_app.twiml.tag import MAX_WARNINGS, url_fault
from conference_app.twiml.verbs import Conference, Dial, Hangup


def warnings_of(document: str) -> tuple[TwimlWarning, ...]:
    return parse(document).warnings


@pytest.mark.parametrize(
    "url",
    [
        "",
        "handle.php",
        "/a/b?c=d&e=f#rc=2",
        "//example.com/x",
        "http://example.com",
        "HTTPS://user:secret@example.com:8443/x",
        "http://[2001:db8::1]:8000/",
        "https://例え.jp/音",
    ],
)
def test_a_url_may_be_relative_or_http(url: str) -> None:
    assert url_fault(url) is None


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("a b", "white space"),
        ("http://example.com/\x7f", "control characters"),
        ("file:///etc/passwd", "http or https"),
        ("javascript:alert(1)", "http or https"),
        ("localhost:8000/voice", "http or https"),
        ("http:///voice", "name a host"),
        ("http:voice", "name a host"),
        ("http://:80/", "name a host"),
        ("http://[::1/", "not a URL"),
        ("http://example.com:http/", "not a URL"),
        ("http://example.com:70000/", "not a URL"),
    ],
)
def test_a_url_that_can_not_be_requested_is_refused(url: str, fault: str) -> None:
    assert fault in str(url_fault(url))


@pytest.mark.parametrize("written", ["true", "TRUE", "True", " true\t"])
def test_a_value_counts_in_any_case_and_with_space_around_it(written: str) -> None:
    document = parse(
        f'<Response><Dial hangupOnStar="{written}"><Conference>r</Conference></Dial></Response>'
    )
    assert document.verbs == (Dial(Conference("r"), hangup_on_star=True),)


def test_an_unknown_attribute_is_left_out_with_a_warning_and_its_line() -> None:
    document = parse("<Response>\n  <Hangup now='yes'/>\n</Response>")
    assert document.verbs == (Hangup(),)
    reason = '<Hangup> has no attribute "now"; it is ignored'
    assert document.warnings == (TwimlWarning(12200, 2, reason),)


@pytest.mark.parametrize(
    "document",
    [
        "<Response version='1'/>",
        "<Response><Dial Action='x'><Conference>r</Conference></Dial></Response>",
        "<Response><Dial><Conference Muted='true'>r</Conference></Dial></Response>",
        "<Response><Gather><Say speed='9'>hello</Say></Gather></Response>",
        "<Response><Dial ringTone='uk'><Conference>r</Conference></Dial></Response>",
        "<Response><Dial><Conference recordingConfigurationId='x'>r</Conference></Dial></Response>",
        "<Response xmlns:x='urn:x'><Hangup x:now='yes'/></Response>",
        "<Response><Hangup><Say>bye</Say></Hangup></Response>",
        "<Response><Dial><Conference>r<Number>1</Number></Conference></Dial></Response>",
    ],
)
def test_what_has_no_effect_earns_one_12200(document: str) -> None:
    assert [warning.code for warning in warnings_of(document)] == [12200]


def test_warnings_are_bounded_and_the_rest_is_counted() -> None:
    warnings = warnings_of("<Response>" + "<Bogus/>" * (MAX_WARNINGS + 7) + "</Response>")
    assert len(warnings) == MAX_WARNINGS + 1
    assert warnings[-1] == TwimlWarning(12200, None, "7 more warnings")


def test_a_very_long_name_is_cut_in_its_warning() -> None:
    (warning,) = warnings_of(f"<Response><{'x' * 40_000}/></Response>")
    assert len(warning.reason) < 200
