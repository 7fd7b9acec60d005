"""What is wrong with a TwiML document, in Twilio's own numbers."""

import enum
from dataclasses import dataclass


class Code(enum.IntEnum):
    """The codes of Twilio's error dictionary that a document can earn here."""

    INVALID_URL = 11100
    TOO_MANY_REDIRECTS = 11215
    TOO_LARGE = 11750
    EMPTY = 11770
    UNPARSABLE = 12100
    WRONG_ROOT = 12102
    NOT_IN_THE_SCHEMA = 12200
    CONFERENCE_IS_NOT_ALONE = 13000
    DIAL_METHOD = 13210
    DIAL_TIMEOUT = 13212
    DIAL_HANGUP_ON_STAR = 13213
    DIAL_NESTED_ELEMENT = 13215
    DIAL_TIME_LIMIT = 13216
    DIAL_RECORD = 13217
    DIAL_ANSWER_ON_BRIDGE = 13219
    CONFERENCE_MUTED = 13230
    CONFERENCE_END_ON_EXIT = 13231
    CONFERENCE_START_ON_ENTER = 13232
    CONFERENCE_WAIT_URL = 13233
    CONFERENCE_WAIT_METHOD = 13234
    CONFERENCE_BEEP = 13235
    CONFERENCE_NAME = 13237
    CONFERENCE_TRIM = 13239
    CONFERENCE_COACH = 13240
    RECORDING_CALLBACK_URL = 13256
    GATHER_FINISH_ON_KEY = 13310
    GATHER_METHOD = 13312
    GATHER_TIMEOUT = 13313
    GATHER_NUM_DIGITS = 13314
    GATHER_NESTED_VERB = 13320
    GATHER_INPUT = 13326
    GATHER_ACTION_ON_EMPTY_RESULT = 13338
    PLAY_LOOP = 13410
    PLAY_DIGITS = 13430
    SAY_LOOP = 13510
    SAY_LANGUAGE = 13512
    SAY_TEXT = 13520
    SAY_TOO_LONG = 13521
    RECORDING_EVENT = 13621
    RECORDING_TRACK = 13622
    REDIRECT_METHOD = 13710
    REJECT_REASON = 13810
    PAUSE_LENGTH = 13910
    CONFERENCE_ATTRIBUTES = 16002
    PARTICIPANT_LABEL = 16023


class TwimlError(Exception):
    """A document that is not carried out at all.

    `code`: Twilio's number. `line`: where in the document (from 1), None when it has no place
    there. `reason`: for the author of the document: what was found, and what is allowed.
    """

    def __init__(self, code: int, reason: str, line: int | None = None) -> None:
        place = "" if line is None else f" (line {line})"
        super().__init__(f"{int(code)}{place}: {reason}")
        self.code = int(code)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class TwimlWarning:
    """Something in a document that was left out; the rest of the document is carried out."""

    code: int
    line: int | None
    reason: str


def shown(value: str, longest: int = 80) -> str:
    """Make a document's text fit for a reason: one printable line, cut at `longest` characters."""
    cut = value if len(value) <= longest else value[: longest - 1] + "…"
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in cut)
