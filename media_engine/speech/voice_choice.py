"""Which voice a text is read with."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from media_engine.speech.twilio_voices import VoiceWish, wish

ENGLISH: Final = "en-us"

_COMMONWEALTH: Final = ("au", "gh", "hk", "ie", "in", "ke", "ng", "nz", "sg", "tz", "za")
_SAME: Final = {
    "en": ENGLISH,
    **{f"en-{region}": "en-gb" for region in _COMMONWEALTH},
    "arb": "ar",
    "in": "id",
    "iw": "he",
    "nn": "nb",
    "zh": "cmn",
    "zh-hk": "yue",
    "zh-mo": "yue",
}
"""Tags that mean what another one means, or come closest to it."""


@dataclass(frozen=True, slots=True)
class VoiceChoice:
    """The language that a text is read in, the sex, and what its author should know about it."""

    language: str
    is_woman: bool
    note: str | None = None


def choose_voice(voice: str | None, language: str | None, spoken: Container[str]) -> VoiceChoice:
    """Choose for the attributes of a Say; `spoken` has all languages there are, in lower case.

    The language is that of the attribute, else the voice's, else American English, which is also
    what an unknown one becomes. The nearest that is spoken counts: "de-AT" is read as German.
    """
    wanted = wish(voice)
    notes = [] if wanted else [f"no voice {voice!r} here"]
    wanted = wanted or VoiceWish(is_woman=False)
    chosen = ENGLISH
    for tag in (language, wanted.language):
        if not tag:
            continue
        nearest = nearest_language(tag, spoken)
        if nearest is not None:
            chosen = nearest
            break
        notes.append(f"language {tag!r} is not spoken here")
    if notes:
        notes.append(f"it is read by a {'woman' if wanted.is_woman else 'man'} in {chosen!r}")
    return VoiceChoice(chosen, wanted.is_woman, "; ".join(notes) or None)


def nearest_language(tag: str, spoken: Container[str]) -> str | None:
    """Give the language among `spoken` that is closest to a BCP-47 tag; None: not even its first
    part is spoken.
    """
    parts = tag.lower().replace("_", "-").split("-")
    if parts[0] == "es" and parts[1:] not in ([], ["es"]) and "es-419" in spoken:
        return "es-419"
    while parts:
        shorter = "-".join(parts)
        shorter = _SAME.get(shorter, shorter)
        if shorter in spoken:
            return shorter
        parts.pop()
    return None
