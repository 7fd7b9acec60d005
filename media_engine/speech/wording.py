"""Text as it was written → text as it is to be read out."""

import re
import unicodedata
from datetime import date
from typing import Final

_JOINERS: Final = "\u200c\u200d"
"""They shape Persian and Indic words; every other invisible sign goes."""

_UNSPEAKABLE: Final = ("Cc", "Cf", "Cs", "Co", "Cn")
"""Controls (espeak takes 0x01 for a command of its own), formats, surrogates, and what has no
meaning."""

_ISO_DATE: Final = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_DIALLED: Final = re.compile(
    r"""(?<![\w.,+-])
    (?: \+\d[\d\ ().-]{5,20}\d                                             # +49 (30) 1234-567
      | (?:1[\ .-])?(?:\(\d{3}\)\ ?|\d{3}[\ .-])\d{3}[\ .-]\d{4}            # (415) 555-0100
      | \d{3}-\d{4}                                                        # 555-0100
      | \d{7,} )                                                           # an account, a PIN
    (?![\w-]|[.,]\d)""",
    re.VERBOSE,
)


def speakable(text: str) -> str:
    """Leave only what can be read out: no control characters, single spaces, composed letters."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(map(_spoken_sign, composed)).split())


def _spoken_sign(sign: str) -> str:
    if sign in _JOINERS or unicodedata.category(sign) not in _UNSPEAKABLE:
        return sign
    return " "


def read_out(text: str, language: str) -> str:
    """Word what a voice reads badly: 2026-11-22 as a date, and what is dialled digit by digit.

    In English also the two keys of a telephone that are no digits.
    """
    text = _ISO_DATE.sub(lambda match: _date(match, language), text)
    text = _DIALLED.sub(lambda match: _digits(match[0]), text)
    if language.startswith("en"):
        pound = " pound " if language == "en-us" else " hash "
        text = re.sub(r"#(?=\d)", " number ", text)
        text = re.sub(r"#(?!\w)", pound, text)
        text = re.sub(r"(?<![\w*])\*(?![\w*])", " star ", text)
    return text


def _date(match: re.Match[str], language: str) -> str:
    try:
        day = date(*(int(part) for part in match.groups()))
    except ValueError:
        return match[0]
    if language.startswith("en"):
        return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"
    return f"{day.year}, {day.month}, {day.day}"


_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)


def _digits(number: str) -> str:
    plus = "+" if number.startswith("+") else ""
    groups = re.findall(r"\d+", number)
    return plus + ", ".join(" ".join(group) for group in groups)
