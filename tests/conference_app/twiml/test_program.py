import pytest

from conference_app.twiml.happenings import (
    CallAnswered,
    CallGone,
    ConferenceLeft,
    DialRecorded,
    DigitsGathered,
    DocumentArrived,
    FetchFailed,
    Happening,
    JoinRefused,
    StepDone,
)
from conference_app.twiml.parser import parse
from conference_app.twiml.program import MAX_FETCHES_WITHOUT_MEDIA, CallProgram, OutOfTurn
from conference_app.twiml.resolution import step_for
from conference_app.twiml.steps import (
    CollectDigits,
    Fetch,
    HangUp,
    HangUpReason,
    JoinRoom,
    PlayDigits,
    PlayUrl,
    RejectCall,
    Speak,
    Step,
    Wait,
)
from conference_app.twiml.verbs import Conference, Dial, Gather, RejectReason
from tests.conference_app.twiml.examples import EXAMPLES

HERE = "http://example.com/app/voice"
FALLBACK = "http://example.com/fallback"
ENDED = HangUp(HangUpReason.END_OF_DOCUMENT)
ROOM = "<Conference>room</Conference>"


def arrived(inner: str, url: str = HERE) -> DocumentArrived:
    return DocumentArrived(parse(f"<Response>{inner}</Response>"), url)


def answered(fallback_url: str | None = None) -> CallProgram:
    program = CallProgram()
    program.next(CallAnswered(HERE, fallback_url=fallback_url))
    return program


def walk(program: CallProgram, *happenings: Happening) -> list[Step]:
    return [program.next(happening) for happening in happenings]


def test_an_answered_call_fetches_its_document() -> None:
    program = CallProgram()
    assert program.step is None
    assert program.next(CallAnswered(HERE, "GET")) == Fetch(HERE, "GET")
    assert program.step == Fetch(HERE, "GET")


@pytest.mark.parametrize(("text", "dial"), EXAMPLES.values(), ids=EXAMPLES)
def test_each_example_joins_its_room_and_then_ends_or_goes_to_its_action(
    text: str, dial: Dial
) -> None:
    program = answered()
    joined = program.next(DocumentArrived(parse(text), HERE))
    assert joined == step_for(dial, HERE)
    left = program.next(ConferenceLeft("completed", bridged=True))
    if dial.action is None:
        assert left == ENDED
    else:
        params = (("DialCallStatus", "completed"), ("DialBridged", "true"))
        assert left == Fetch("http://example.com/app/handleLeaveConference.php", "POST", params)


@pytest.mark.parametrize(
    ("happening", "params"),
    [
        (
            ConferenceLeft("answered", bridged=True),
            (("DialCallStatus", "answered"), ("DialBridged", "true")),
        ),
        (
            ConferenceLeft("completed", bridged=True, recorded=DialRecorded("RE1", "http://r")),
            (
                ("DialCallStatus", "completed"),
                ("DialBridged", "true"),
                ("RecordingUrl", "http://r"),
                ("RecordingSid", "RE1"),
            ),
        ),
        (
            ConferenceLeft("completed", bridged=False, recorded=DialRecorded("RE1", "http://r", 7)),
            (
                ("DialCallStatus", "completed"),
                ("DialBridged", "false"),
                ("RecordingUrl", "http://r"),
                ("RecordingSid", "RE1"),
                ("RecordingDuration", "7"),
            ),
        ),
        (JoinRefused(16020), (("DialCallStatus", "failed"), ("DialBridged", "false"))),
    ],
)
def test_a_dial_tells_its_action_how_it_went(
    happening: Happening, params: tuple[tuple[str, str], ...]
) -> None:
    program = answered()
    program.next(arrived(f"<Dial action='/next' method='GET'>{ROOM}</Dial><Pause/>"))
    assert program.next(happening) == Fetch("http://example.com/next", "GET", params)


@pytest.mark.parametrize(
    "happening", [ConferenceLeft("completed", bridged=True), JoinRefused(16020, "full")]
)
def test_a_dial_without_an_action_goes_on_with_the_next_verb(happening: Happening) -> None:
    program = answered()
    program.next(arrived(f"<Dial>{ROOM}</Dial><Pause length='2'/>"))
    assert program.next(happening) == Wait(2)


def test_verbs_follow_one_another_and_the_end_hangs_up() -> None:
    inner = "<Say>hi</Say><Play loop='0'>a.wav</Play><Play digits='1'/><Pause length='2'/>"
    assert walk(answered(), arrived(inner), StepDone(), StepDone(), StepDone(), StepDone()) == [
        Speak("hi"),
        PlayUrl("http://example.com/app/a.wav", 0),
        PlayDigits("1"),
        Wait(2),
        ENDED,
    ]


@pytest.mark.parametrize(
    ("inner", "step"),
    [
        ("", ENDED),
        ("<Hangup/><Pause/>", HangUp(HangUpReason.HANGUP_VERB)),
        ("<Reject reason='busy'/><Pause/>", RejectCall(RejectReason.BUSY)),
    ],
)
def test_a_call_that_is_over_stays_over(inner: str, step: Step) -> None:
    program = answered()
    assert (
        walk(program, arrived(inner), StepDone(), CallGone(), FetchFailed(11200, "")) == [step] * 4
    )


@pytest.mark.parametrize(
    ("inner", "fetch"),
    [
        ("<Redirect/><Pause/>", Fetch(HERE)),
        ("<Redirect method='GET'>b</Redirect>", Fetch("http://example.com/app/b", "GET")),
    ],
)
def test_a_redirect_goes_on_with_another_document(inner: str, fetch: Fetch) -> None:
    program = answered()
    assert program.next(arrived(inner)) == fetch
    assert program.next(arrived("<Pause length='7'/>")) == Wait(7)


def test_urls_resolve_against_where_the_document_was_found() -> None:
    program = answered()
    program.next(arrived("<Redirect>deep/b</Redirect>"))
    step = program.next(arrived("<Play>a.wav</Play>", "http://other.example/deep/b"))
    assert step == PlayUrl("http://other.example/deep/a.wav")


@pytest.mark.parametrize(
    ("attributes", "digits", "step"),
    [
        (
            "action='/pin' method='GET'",
            "12",
            Fetch("http://example.com/pin", "GET", (("Digits", "12"),)),
        ),
        ("", "12", Fetch(HERE, "POST", (("Digits", "12"),))),
        ("action='/pin'", "", Wait(9)),
        ("actionOnEmptyResult='true'", "", Fetch(HERE, "POST", (("Digits", ""),))),
    ],
)
def test_gathered_digits_go_to_the_action_and_none_to_the_next_verb(
    attributes: str, digits: str, step: Step
) -> None:
    program = answered()
    collect = program.next(arrived(f"<Gather {attributes}/><Pause length='9'/>"))
    assert isinstance(collect, CollectDigits)
    assert program.next(DigitsGathered(digits)) == step


def test_a_failure_without_a_fallback_hangs_up_with_its_code() -> None:
    failed = FetchFailed(11200, "no answer")
    assert answered().next(failed) == HangUp(HangUpReason.FETCH_FAILED, 11200, "no answer")


@pytest.mark.parametrize(
    ("inner", "error_url"),
    [
        (None, HERE),
        ("<Redirect>b</Redirect>", "http://example.com/app/b"),
        ("<Play>a.wav</Play>", "http://example.com/app/a.wav"),
        ("<Say>hi</Say>", HERE),
        ("<Gather/>", HERE),
    ],
)
def test_a_failure_goes_to_the_fallback_with_its_code_and_url(
    inner: str | None, error_url: str
) -> None:
    program = answered(FALLBACK)
    if inner is not None:
        program.next(arrived(inner))
    params = (("ErrorCode", "11200"), ("ErrorUrl", error_url))
    assert program.next(FetchFailed(11200, "")) == Fetch(FALLBACK, "POST", params)
    assert program.next(arrived("<Pause/>", FALLBACK)) == Wait(1)


@pytest.mark.parametrize("inner", [None, "<Play>a.wav</Play>"])
def test_a_fallback_that_fails_itself_ends_the_call(inner: str | None) -> None:
    program = answered(FALLBACK)
    program.next(FetchFailed(11200, "first"))
    if inner is not None:
        program.next(arrived(inner, FALLBACK))
    assert program.next(FetchFailed(12100, "second")) == HangUp(
        HangUpReason.FETCH_FAILED, 12100, "second"
    )


def test_a_later_failure_finds_the_fallback_again() -> None:
    program = answered(FALLBACK)
    walk(program, FetchFailed(11200, ""), arrived("<Redirect>/main</Redirect>", FALLBACK))
    step = program.next(FetchFailed(11205, ""))
    assert step == Fetch(
        FALLBACK, "POST", (("ErrorCode", "11205"), ("ErrorUrl", "http://example.com/main"))
    )


@pytest.mark.parametrize(
    "turn",
    [
        [arrived("<Redirect/>")],
        [arrived(f"<Dial>{ROOM}</Dial><Redirect/>"), JoinRefused(16020)],
        [arrived(f"<Dial action='/again'>{ROOM}</Dial>"), JoinRefused(16020)],
        [FetchFailed(11200, ""), arrived("<Redirect/>", FALLBACK)],
    ],
)
def test_documents_that_only_lead_to_one_another_are_bounded(turn: list[Happening]) -> None:
    program = answered(FALLBACK)
    steps: list[Step] = [Fetch(HERE)]
    for _ in range(2 * MAX_FETCHES_WITHOUT_MEDIA):
        if not isinstance(steps[-1], HangUp):
            steps += walk(program, *turn)
    fetches = [step for step in steps if isinstance(step, Fetch)]
    assert len(fetches) == MAX_FETCHES_WITHOUT_MEDIA
    assert isinstance(steps[-1], HangUp)
    assert (steps[-1].reason, steps[-1].code) == (HangUpReason.TOO_MANY_FETCHES, 11215)


@pytest.mark.parametrize(
    "turn",
    [
        [arrived("<Pause/><Redirect/>"), StepDone()],
        [arrived("<Play>a.wav</Play><Redirect/>"), StepDone()],
        [arrived("<Gather/><Redirect/>"), DigitsGathered("")],
        [arrived("<Gather/>"), DigitsGathered("1")],
        [arrived(f"<Dial>{ROOM}</Dial><Redirect/>"), ConferenceLeft("completed", bridged=False)],
    ],
)
def test_documents_with_something_to_hear_may_lead_to_one_another_for_ever(
    turn: list[Happening],
) -> None:
    program = answered()
    for _ in range(MAX_FETCHES_WITHOUT_MEDIA + 5):
        walk(program, *turn)
    assert isinstance(program.step, Fetch)


@pytest.mark.parametrize("inner", [None, "<Pause/>", "<Gather/>", f"<Dial>{ROOM}</Dial>"])
def test_a_caller_who_is_gone_ends_the_program_at_any_step(inner: str | None) -> None:
    program = answered(FALLBACK)
    if inner is not None:
        program.next(arrived(inner))
    assert program.next(CallGone()) == HangUp(HangUpReason.CALLER_GONE)


def test_a_call_may_be_gone_before_it_was_answered() -> None:
    assert CallProgram().next(CallGone()) == HangUp(HangUpReason.CALLER_GONE)


@pytest.mark.parametrize(
    ("inner", "happening"),
    [
        (None, StepDone()),
        (None, CallAnswered(HERE)),
        ("<Pause/>", arrived("<Hangup/>")),
        ("<Pause/>", FetchFailed(11200, "")),
        ("<Gather/>", StepDone()),
        (f"<Dial>{ROOM}</Dial>", StepDone()),
        ("<Say>hi</Say>", DigitsGathered("1")),
        ("<Say>hi</Say>", JoinRefused(16020)),
    ],
)
def test_a_happening_out_of_turn_is_refused_and_changes_nothing(
    inner: str | None, happening: Happening
) -> None:
    program = answered()
    if inner is not None:
        program.next(arrived(inner))
    before = program.step
    with pytest.raises(OutOfTurn, match=type(happening).__name__):
        program.next(happening)
    assert program.step == before


def test_the_terms_of_a_join_are_those_of_its_dial() -> None:
    program = answered()
    joined = program.next(arrived(f"<Dial timeLimit='30'>{ROOM}</Dial>"))
    dial = Dial(Conference("room"), time_limit_seconds=30)
    assert joined == JoinRoom(dial, dial.conference)


def test_a_gather_step_names_the_document_itself_as_its_action() -> None:
    assert answered().next(arrived("<Gather/>")) == CollectDigits(Gather(action=HERE))
