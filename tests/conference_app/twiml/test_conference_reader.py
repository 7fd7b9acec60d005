import pytest

from conference_app.twiml.errors import TwimlError
from conference_app.twiml.parser import parse
from conference_app.twiml.verbs import Beep, Conference, Dial

CALL_SID = "CA" + "0123456789abcdefABCDEF0123456789"


def conference(attributes: str = "", name: str = "room", **limits: int) -> Conference:
    text = f"<Response><Dial>\n<Conference {attributes}>{name}</Conference></Dial></Response>"
    (dial,) = parse(text, **limits).verbs
    assert isinstance(dial, Dial)
    return dial.conference


def test_every_attribute_is_read() -> None:
    attributes = f"""muted="true" beep="onEnter" startConferenceOnEnter="false"
        endConferenceOnExit="true" waitUrl="/wait" waitMethod="get" maxParticipants="3"
        record="record-from-start" trim="do-not-trim" eventCallbackUrl="/event"
        participantLabel="customer" jitterBufferSize="small" region="ie1" coach="{CALL_SID}"
        statusCallback="/status" statusCallbackMethod="GET" statusCallbackEvent="start join start"
        recordingStatusCallback="/recording" recordingStatusCallbackMethod="GET"
        recordingStatusCallbackEvent="in-progress completed" """
    assert conference(attributes) == Conference(
        name="room",
        muted=True,
        beep=Beep.ON_ENTER,
        start_on_enter=False,
        end_on_exit=True,
        wait_url="/wait",
        wait_method="GET",
        max_participants=3,
        record=True,
        trim=False,
        event_callback_url="/event",
        participant_label="customer",
        jitter_buffer_size="small",
        region="ie1",
        coach=CALL_SID,
        status_callback="/status",
        status_callback_method="GET",
        status_callback_events=("start", "join"),
        recording_status_callback="/recording",
        recording_status_callback_method="GET",
        recording_status_callback_events=("in-progress", "completed"),
    )


@pytest.mark.parametrize(
    ("field", "default"),
    [
        ("muted", False),
        ("beep", Beep.TRUE),
        ("start_on_enter", True),
        ("end_on_exit", False),
        ("wait_url", None),
        ("wait_method", "POST"),
        ("max_participants", 40),
        ("record", False),
        ("trim", True),
        ("event_callback_url", None),
        ("participant_label", None),
        ("jitter_buffer_size", "large"),
        ("region", None),
        ("coach", None),
        ("status_callback", None),
        ("status_callback_method", "POST"),
        ("status_callback_events", ()),
        ("recording_status_callback", None),
        ("recording_status_callback_method", "POST"),
        ("recording_status_callback_events", ("completed",)),
    ],
)
def test_the_default_values_are_those_of_the_pages(field: str, default: object) -> None:
    assert getattr(conference(), field) == default


@pytest.mark.parametrize(
    ("attribute", "code"),
    [
        ('muted="yes"', 13230),
        ('muted=""', 13230),
        ('endConferenceOnExit="1"', 13231),
        ('startConferenceOnEnter="onEnter"', 13232),
        ('waitUrl="file:///etc/passwd"', 13233),
        ('waitMethod="PUT"', 13234),
        ('beep="loud"', 13235),
        ('trim="true"', 13239),
        ('coach="CA12"', 13240),
        ('recordingStatusCallback="http://"', 13256),
        ('recordingStatusCallbackEvent="started"', 13621),
        ('maxParticipants="0"', 16002),
        ('maxParticipants="-1"', 16002),
        ('maxParticipants="41"', 16002),
        ('maxParticipants="4.0"', 16002),
        ('maxParticipants="1_0"', 16002),
        ('maxParticipants="٣"', 16002),
        (f'maxParticipants="{"9" * 5000}"', 16002),
        ('record="true"', 16002),
        ('region="mars"', 16002),
        ('jitterBufferSize="huge"', 16002),
        ('eventCallbackUrl="a b"', 16002),
        ('statusCallback="ftp://example.com/"', 16002),
        ('statusCallbackMethod="PUT"', 16002),
        ('statusCallbackEvent="start, end"', 16002),
        ('recordingStatusCallbackMethod="PUT"', 16002),
        ('participantLabel=""', 16023),
        ('participantLabel="a/b"', 16023),
        (f'participantLabel="{CALL_SID}"', 16023),
        (f'participantLabel="{"x" * 129}"', 16023),
    ],
)
def test_a_value_that_is_not_allowed_fails_with_twilios_code_and_the_line(
    attribute: str, code: int
) -> None:
    with pytest.raises(TwimlError) as raised:
        conference(attribute)
    assert (raised.value.code, raised.value.line) == (code, 2)
    assert f"<Conference> {attribute[:14]}" in raised.value.reason


@pytest.mark.parametrize(
    ("attribute", "reason"),
    [
        (
            'beep="loud"',
            '<Conference> beep="loud": must be one of true, false, onEnter, onExit',
        ),
        (
            'maxParticipants="41"',
            '<Conference> maxParticipants="41": must be a whole number from 1 to 40',
        ),
    ],
)
def test_a_reason_names_attribute_value_and_rule(attribute: str, reason: str) -> None:
    with pytest.raises(TwimlError) as raised:
        conference(attribute)
    assert raised.value.reason == reason


def test_the_ceiling_of_max_participants_is_its_default_too() -> None:
    assert conference(max_participants=250).max_participants == 250
    assert conference('maxParticipants="250"', max_participants=250).max_participants == 250
    with pytest.raises(TwimlError):
        conference('maxParticipants="251"', max_participants=250)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("\n      Customer Waiting Room\n    ", "Customer Waiting Room"),
        ("Room<!-- of --> 1<?pi ?>2<![CDATA[<3>]]>", "Room 12<3>"),
        ("R&amp;D", "R&D"),
        ("room  <Number>1</Number>2", "room  2"),
        ("x" * 128, "x" * 128),
    ],
)
def test_a_name_is_the_text_without_space_around_it(written: str, name: str) -> None:
    assert conference(name=written).name == name


@pytest.mark.parametrize("name", ["", "  \n ", "x" * 129])
def test_a_name_has_1_to_128_characters(name: str) -> None:
    with pytest.raises(TwimlError) as raised:
        conference(name=name)
    assert raised.value.code == 13237


@pytest.mark.parametrize(
    ("attribute", "wait_url"),
    [("", None), ('waitUrl=""', ""), ('waitUrl=" "', ""), ('waitUrl="/wait"', "/wait")],
)
def test_an_empty_wait_url_is_silence_and_none_the_default_music(
    attribute: str, wait_url: str | None
) -> None:
    assert conference(attribute).wait_url == wait_url


@pytest.mark.parametrize("written", ["trim-silence", "trim_silence", "Trim-Silence"])
def test_trim_is_known_by_both_spellings_of_the_page(written: str) -> None:
    assert conference(f'trim="{written}"').trim is True
