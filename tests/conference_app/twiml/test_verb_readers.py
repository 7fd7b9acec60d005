import pytest

from conference_app.twiml.errors import TwimlError
from conference_app.twiml.parser import parse
from conference_app.twiml.verbs import (
    Conference,
    Dial,
    DialRecord,
    Gather,
    GatherInput,
    Hangup,
    Pause,
    Play,
    Redirect,
    Reject,
    RejectReason,
    Say,
    Verb,
)

ROOM = "<Conference>room</Conference>"


def verbs(inner: str) -> tuple[Verb, ...]:
    return parse(f"<Response>\n{inner}</Response>").verbs


@pytest.mark.parametrize(
    ("written", "verb"),
    [
        ("<Say>hello</Say>", Say("hello")),
        ("<Say>\n  hello\n  there </Say>", Say("hello there")),
        (
            "<Say voice='alice' language='en-GB' loop='0'>hi</Say>",
            Say("hi", voice="alice", language="en-GB", loop=0),
        ),
        ("<Say>one <break/><emphasis>two</emphasis> three</Say>", Say("one two three")),
        ("<Play>\n  cowbell.mp3\n</Play>", Play("cowbell.mp3")),
        ("<Play loop='3'>http://example.com/a?b=c</Play>", Play("http://example.com/a?b=c", 3)),
        ("<Play digits='wW12#*a'/>", Play(digits="wW12#*a")),
        ("<Pause/>", Pause(1)),
        ("<Pause length='10'/>", Pause(10)),
        ("<Gather/>", Gather()),
        ("<Redirect/>", Redirect("")),
        ("<Redirect method='get'>../next</Redirect>", Redirect("../next", "GET")),
        ("<Hangup/>", Hangup()),
        ("<Reject/>", Reject(RejectReason.REJECTED)),
        ("<Reject reason='busy'/>", Reject(RejectReason.BUSY)),
        (f"<Dial>{ROOM}</Dial>", Dial(Conference("room"))),
        (f"<Dial> {ROOM} text </Dial>", Dial(Conference("room"))),
        (f"<Dial action=''>{ROOM}</Dial>", Dial(Conference("room"))),
        (f"<Dial><Fax/>{ROOM}</Dial>", Dial(Conference("room"))),
        (
            f"<Dial record='true'>{ROOM}</Dial>",
            Dial(Conference("room"), record=DialRecord.FROM_ANSWER),
        ),
    ],
)
def test_a_verb_is_read(written: str, verb: Verb) -> None:
    assert verbs(written) == (verb,)


def test_every_attribute_of_a_dial_is_read() -> None:
    written = f"""<Dial action="/next" method="GET" hangupOnStar="true" timeLimit="60"
        record="record-from-ringing-dual" trim="trim-silence" timeout="5" callerId="+15551234"
        answerOnBridge="true" recordingStatusCallback="/rec" recordingStatusCallbackMethod="GET"
        recordingStatusCallbackEvent="absent" recordingTrack="inbound">{ROOM}</Dial>"""
    assert verbs(written) == (
        Dial(
            Conference("room"),
            action="/next",
            method="GET",
            hangup_on_star=True,
            time_limit_seconds=60,
            record=DialRecord.FROM_RINGING_DUAL,
            trim=True,
            timeout_seconds=5,
            caller_id="+15551234",
            answer_on_bridge=True,
            recording_status_callback="/rec",
            recording_status_callback_method="GET",
            recording_status_callback_events=("absent",),
            recording_track="inbound",
        ),
    )


def test_every_attribute_of_a_gather_is_read_and_its_prompts_in_their_order() -> None:
    written = """<Gather action="/pin" method="GET" numDigits="4" finishOnKey="" timeout="9"
        actionOnEmptyResult="true" input="dtmf speech">
        <Say>Your PIN</Say><Pause/><Play>beep.wav</Play></Gather>"""
    assert verbs(written) == (
        Gather(
            action="/pin",
            method="GET",
            num_digits=4,
            finish_on_key="",
            timeout_seconds=9,
            action_on_empty_result=True,
            input=GatherInput.DTMF_SPEECH,
            prompts=(Say("Your PIN"), Pause(1), Play("beep.wav")),
        ),
    )


@pytest.mark.parametrize(
    ("written", "code", "names"),
    [
        (f'<Dial timeLimit="-1">{ROOM}</Dial>', 13216, 'timeLimit="-1"'),
        (f'<Dial timeLimit="0">{ROOM}</Dial>', 13216, "not less than 1"),
        (f'<Dial timeLimit="9999999999">{ROOM}</Dial>', 13216, "timeLimit"),
        (f'<Dial method="PUT">{ROOM}</Dial>', 13210, "GET, POST"),
        (f'<Dial hangupOnStar="star">{ROOM}</Dial>', 13213, "true, false"),
        (f'<Dial timeout="soon">{ROOM}</Dial>', 13212, 'timeout="soon"'),
        (f'<Dial record="maybe">{ROOM}</Dial>', 13217, "record-from-answer-dual"),
        (f'<Dial trim="some">{ROOM}</Dial>', 13239, "do-not-trim"),
        (f'<Dial answerOnBridge="2">{ROOM}</Dial>', 13219, "answerOnBridge"),
        (f'<Dial recordingTrack="left">{ROOM}</Dial>', 13622, "inbound, outbound, both"),
        (f'<Dial recordingStatusCallbackEvent="end">{ROOM}</Dial>', 13621, "absent"),
        (f'<Dial action="http://">{ROOM}</Dial>', 11100, "name a host"),
        ('<Pause length="0"/>', 13910, 'length="0"'),
        ('<Pause length="1.5"/>', 13910, "whole number"),
        ('<Play loop="-1">a.wav</Play>', 13410, "not less than 0"),
        ('<Play digits="12x"/>', 13430, "0-9, A-D"),
        ("<Play/>", 11100, "a URL or digits"),
        ("<Play>a b.wav</Play>", 11100, "white space"),
        ('<Say loop="x">hi</Say>', 13510, 'loop="x"'),
        ('<Say language="English (UK)">hi</Say>', 13512, "en-US"),
        (f"<Say>{'x' * 4097}</Say>", 13521, "4096"),
        ('<Gather finishOnKey="12"/>', 13310, "the empty string, 0, 1"),
        ('<Gather method="DELETE"/>', 13312, "GET, POST"),
        ('<Gather timeout="0"/>', 13313, "not less than 1"),
        ('<Gather numDigits="many"/>', 13314, 'numDigits="many"'),
        ('<Gather input="touch"/>', 13326, "dtmf, speech"),
        ('<Gather actionOnEmptyResult="2"/>', 13338, "true, false"),
        ('<Gather><Pause length="x"/></Gather>', 13910, "length"),
        ('<Redirect method="HEAD">a</Redirect>', 13710, "GET, POST"),
        ("<Redirect>gopher://example.com</Redirect>", 11100, "http or https"),
        ('<Reject reason="tired"/>', 13810, "rejected, busy"),
    ],
)
def test_a_value_that_is_not_allowed_fails_with_twilios_code_and_the_line(
    written: str, code: int, names: str
) -> None:
    with pytest.raises(TwimlError) as raised:
        verbs(written)
    assert (raised.value.code, raised.value.line) == (code, 2)
    assert names in raised.value.reason


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        (f"{ROOM}<Number>+15551234</Number>", 13000),
        (f"<Client>joe</Client>{ROOM}", 13000),
        (f"{ROOM}{ROOM}", 13000),
        ("<Number>+15551234</Number>", 13215),
        ("<Sip>sip:joe@example.com</Sip>", 13215),
        ("<Queue>support</Queue>", 13215),
        ("415-123-4567", 13215),
        ("", 13215),
        ("<conference>room</conference>", 13215),
    ],
)
def test_a_dial_reaches_one_conference_and_nothing_else(inner: str, code: int) -> None:
    with pytest.raises(TwimlError) as raised:
        verbs(f"<Dial>{inner}</Dial>")
    assert raised.value.code == code
    assert "<Conference>" in raised.value.reason


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("<Record/>", 12200),
        ("<hangup/>", 12200),
        ("<Conference>room</Conference>", 12200),
        ("<Say>  </Say>", 13520),
    ],
)
def test_what_can_not_be_carried_out_is_skipped_with_a_warning(written: str, code: int) -> None:
    document = parse(f"<Response>\n{written}<Pause/></Response>")
    assert document.verbs == (Pause(1),)
    assert [(warning.code, warning.line) for warning in document.warnings] == [(code, 2)]


def test_a_verb_that_may_not_be_nested_in_a_gather_is_skipped_with_13320() -> None:
    document = parse("<Response><Gather><Hangup/><Say>go</Say></Gather></Response>")
    assert document.verbs == (Gather(prompts=(Say("go"),)),)
    assert [warning.code for warning in document.warnings] == [13320]


def test_a_gather_for_speech_warns_that_only_keys_are_collected() -> None:
    document = parse("<Response><Gather input='speech' speechTimeout='auto'/></Response>")
    assert document.verbs == (Gather(input=GatherInput.SPEECH),)
    assert ["speech" in warning.reason for warning in document.warnings] == [True, True]
