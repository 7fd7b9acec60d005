"""From one element under <Response> to its verb: a small function for each, in one table."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from conference_app.twiml.conference_reader import RECORDING_EVENTS, read_conference
from conference_app.twiml.errors import Code, shown
from conference_app.twiml.tag import Tag, Warnings, url_fault
from conference_app.twiml.verbs import (
    DEFAULT_MAX_PARTICIPANTS,
    DEFAULT_TIME_LIMIT_SECONDS,
    Conference,
    Dial,
    DialRecord,
    Gather,
    GatherInput,
    Hangup,
    Pause,
    Play,
    Prompt,
    RecordingTrack,
    Redirect,
    Reject,
    RejectReason,
    Say,
    SkippedVerb,
    Verb,
)

MAX_SPOKEN_CHARACTERS: Final = 4096

_TONES = re.compile(r"[0-9A-Da-dwW#*]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_FINISHING_KEYS: Final = {key: key for key in ("", *"0123456789#*")}
_NOUNS_NOT_HERE: Final = ("Number", "Client", "Sip", "Queue", "Sim", "Application", "WhatsApp")
_DIAL_RECORD: Final = {
    **{kind.value: kind for kind in DialRecord},
    "true": DialRecord.FROM_ANSWER,
    "false": DialRecord.DO_NOT_RECORD,
}
_DIAL_TRIM: Final = {"trim-silence": True, "do-not-trim": False}
_TRACKS: Final[Mapping[str, RecordingTrack]] = {
    "inbound": "inbound",
    "outbound": "outbound",
    "both": "both",
}
_INPUTS: Final = {kind.value: kind for kind in GatherInput} | {
    "speech dtmf": GatherInput.DTMF_SPEECH
}
_REJECT_REASONS: Final = {kind.value: kind for kind in RejectReason}


@dataclass(frozen=True, slots=True)
class Reading:
    """What holds for a whole document while it is read."""

    max_participants: int = DEFAULT_MAX_PARTICIPANTS
    warnings: Warnings = field(default_factory=Warnings)
    skipped: list[SkippedVerb] = field(default_factory=list)


def read_verb(tag: Tag, reading: Reading) -> Verb | None:
    """Read one element under <Response>; None, with a warning, if nothing can be carried out."""
    reader = VERBS.get(tag.name)
    if reader is None:
        tag.warn("is not a verb that is known here; it is skipped")
        reading.skipped.append(SkippedVerb(tag.name, tag.line))
        return None
    verb = reader(tag, reading)
    tag.warn_of_unread()
    return verb


def _say(tag: Tag, reading: Reading) -> Say | None:
    text = tag.all_text()
    voice = tag.text_value("voice")
    language = tag.text_value("language")
    if language and not _LANGUAGE.fullmatch(language):
        tag.refuse("language", "must be a language tag such as en-US", Code.SAY_LANGUAGE)
    loop = tag.whole_number("loop", 1, Code.SAY_LOOP, least=0)
    if len(text) > MAX_SPOKEN_CHARACTERS:
        tag.fail(f"may have at most {MAX_SPOKEN_CHARACTERS} characters", Code.SAY_TOO_LONG)
    for child in tag.children():
        child.warn("has no effect in <Say>; its text is spoken")
    if not text:
        tag.warn("has no text; it is skipped", Code.SAY_TEXT)
        return None
    return Say(text, voice, language, loop)


def _play(tag: Tag, reading: Reading) -> Play:
    url = tag.own_text()
    digits = tag.text_value("digits") or ""
    if digits and not _TONES.fullmatch(digits):
        tag.refuse("digits", "may have only 0-9, A-D, #, *, w and W", Code.PLAY_DIGITS)
    if fault := url_fault(url):
        tag.fail(f'"{shown(url)}": {fault}', Code.INVALID_URL)
    if not (url or digits):
        tag.fail("must have a URL or digits", Code.INVALID_URL)
    loop = tag.whole_number("loop", 1, Code.PLAY_LOOP, least=0)
    tag.warn_of_children()
    return Play(url, loop, digits)


def _pause(tag: Tag, reading: Reading) -> Pause:
    tag.warn_of_children()
    return Pause(tag.whole_number("length", 1, Code.PAUSE_LENGTH))


def _gather(tag: Tag, reading: Reading) -> Gather:
    hears = tag.choice("input", _INPUTS, GatherInput.DTMF, Code.GATHER_INPUT)
    if hears is not GatherInput.DTMF:
        tag.warn("does not recognise speech here; only key presses are collected")
    tag.has_no_effect(
        *("bargeIn", "debug", "enhanced", "hints", "language", "partialResultCallback"),
        *("partialResultCallbackMethod", "profanityFilter", "speechModel", "speechTimeout"),
    )
    return Gather(
        action=tag.url("action", Code.INVALID_URL),
        method=tag.method("method", Code.GATHER_METHOD),
        num_digits=tag.whole_number("numDigits", None, Code.GATHER_NUM_DIGITS),
        finish_on_key=tag.choice("finishOnKey", _FINISHING_KEYS, "#", Code.GATHER_FINISH_ON_KEY),
        timeout_seconds=tag.whole_number("timeout", 5, Code.GATHER_TIMEOUT),
        action_on_empty_result=tag.flag(
            "actionOnEmptyResult", False, Code.GATHER_ACTION_ON_EMPTY_RESULT
        ),
        input=hears,
        prompts=_prompts(tag, reading),
    )


def _prompts(tag: Tag, reading: Reading) -> tuple[Prompt, ...]:
    prompts: list[Prompt] = []
    for child in tag.children():
        reader = PROMPTS.get(child.name)
        if reader is None:
            child.warn("may not stand in <Gather>; it is skipped", Code.GATHER_NESTED_VERB)
            continue
        prompt = reader(child, reading)
        child.warn_of_unread()
        if prompt is not None:
            prompts.append(prompt)
    return tuple(prompts)


def _redirect(tag: Tag, reading: Reading) -> Redirect:
    url = tag.own_text()
    if fault := url_fault(url):
        tag.fail(f'"{shown(url)}": {fault}', Code.INVALID_URL)
    tag.warn_of_children()
    return Redirect(url, tag.method("method", Code.REDIRECT_METHOD))


def _hangup(tag: Tag, reading: Reading) -> Hangup:
    tag.warn_of_children()
    return Hangup()


def _reject(tag: Tag, reading: Reading) -> Reject:
    tag.warn_of_children()
    return Reject(tag.choice("reason", _REJECT_REASONS, RejectReason.REJECTED, Code.REJECT_REASON))


def _dial(tag: Tag, reading: Reading) -> Dial:
    tag.has_no_effect(
        *("callReason", "events", "passports", "recordingConfigurationId"),
        *("referMethod", "referUrl", "ringTone", "sequential"),
    )
    return Dial(
        conference=_dialled_conference(tag, reading),
        action=tag.url("action", Code.INVALID_URL),
        method=tag.method("method", Code.DIAL_METHOD),
        hangup_on_star=tag.flag("hangupOnStar", False, Code.DIAL_HANGUP_ON_STAR),
        time_limit_seconds=tag.whole_number(
            "timeLimit", DEFAULT_TIME_LIMIT_SECONDS, Code.DIAL_TIME_LIMIT
        ),
        record=tag.choice("record", _DIAL_RECORD, DialRecord.DO_NOT_RECORD, Code.DIAL_RECORD),
        # Twilio has no code for a Dial's trim; the Conference's is the nearest.
        trim=tag.choice("trim", _DIAL_TRIM, False, Code.CONFERENCE_TRIM),
        timeout_seconds=tag.whole_number("timeout", 30, Code.DIAL_TIMEOUT),
        caller_id=tag.text_value("callerId"),
        answer_on_bridge=tag.flag("answerOnBridge", False, Code.DIAL_ANSWER_ON_BRIDGE),
        recording_status_callback=tag.url("recordingStatusCallback", Code.RECORDING_CALLBACK_URL),
        recording_status_callback_method=tag.method(
            "recordingStatusCallbackMethod", Code.DIAL_METHOD
        ),
        recording_status_callback_events=tag.words(
            "recordingStatusCallbackEvent", RECORDING_EVENTS, ("completed",), Code.RECORDING_EVENT
        ),
        recording_track=tag.choice("recordingTrack", _TRACKS, "both", Code.RECORDING_TRACK),
    )


def _dialled_conference(tag: Tag, reading: Reading) -> Conference:
    """Find the one Conference of a Dial.

    Beside another noun or a second Conference it is Twilio's 13000. A Dial that has none reaches
    nobody here; Twilio has no code for that, the nearest is 13215, a nested element that is not
    allowed.
    """
    conferences: list[Tag] = []
    others: list[Tag] = []
    for child in tag.children():
        if child.name == "Conference":
            conferences.append(child)
        elif child.name in _NOUNS_NOT_HERE:
            others.append(child)
        else:
            child.warn("is not a noun that is known here; it is skipped")
    if len(conferences) == 1 and not others:
        return read_conference(conferences[0], reading.max_participants)
    if conferences:
        tag.fail("may have one <Conference> and no other noun", Code.CONFERENCE_IS_NOT_ALONE)
    if others:
        others[0].fail("cannot be dialled here; only <Conference> can", Code.DIAL_NESTED_ELEMENT)
    tag.fail("must have a <Conference>: nothing else can be dialled here", Code.DIAL_NESTED_ELEMENT)


PROMPTS: Final[Mapping[str, Callable[[Tag, Reading], Prompt | None]]] = {
    "Say": _say,
    "Play": _play,
    "Pause": _pause,
}
VERBS: Final[Mapping[str, Callable[[Tag, Reading], Verb | None]]] = {
    **PROMPTS,
    "Gather": _gather,
    "Redirect": _redirect,
    "Hangup": _hangup,
    "Reject": _reject,
    "Dial": _dial,
}
