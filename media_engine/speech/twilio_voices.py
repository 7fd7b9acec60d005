"""What Twilio's voice names promise: a language and a sex.

The names are Amazon's and Google's; their voices can not be had here, but a text for Hans should
be read by a German man.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_POLLY: Final = {
    # language: (women, men)
    "ar": ("zeina hala", "zayd"),
    "ca": ("arlet", ""),
    "cmn": ("zhiyu", ""),
    "cs": ("jitka", ""),
    "cy": ("gwyneth", ""),
    "da": ("naja sofie", "mads"),
    "de": ("marlene vicki hannah sabrina", "hans daniel lennart"),
    "en-au": ("nicole olivia", "russell"),
    "en-gb": ("amy emma", "brian arthur geraint"),
    "en-ie": ("niamh", ""),
    "en-in": ("aditi raveena kajal", ""),
    "en-nz": ("aria", ""),
    "en-sg": ("jasmine", ""),
    "en-us": (
        "danielle ivy joanna kendra kimberly ruth salli tiffany",
        "gregory joey justin kevin matthew patrick stephen",
    ),
    "en-za": ("ayanda", ""),
    "es": ("alba conchita lucia", "enrique raul sergio"),
    "es-mx": ("mia", "andres"),
    "es-us": ("lupe penelope", "miguel pedro"),
    "fi": ("suvi", ""),
    "fr": ("celine lea", "mathieu remi"),
    "fr-be": ("isabelle", ""),
    "fr-ca": ("chantal gabrielle", "liam"),
    "is": ("dora", "karl"),
    "it": ("bianca carla", "adriano giorgio"),
    "ja": ("kazuha mizuki tomoko", "takumi"),
    "ko": ("jihye seoyeon", ""),
    "nb": ("ida liv", ""),
    "nl": ("laura lotte lisa", "ruben"),
    "pl": ("ewa maja ola", "jacek jan"),
    "pt-br": ("camila vitoria", "ricardo thiago"),
    "pt-pt": ("ines", "cristiano"),
    "ro": ("carmen", ""),
    "ru": ("tatyana", "maxim"),
    "sv": ("astrid elin", ""),
    "tr": ("burcu filiz", ""),
    "yue": ("hiujin", ""),
}
_GOOGLE_MEN: Final = (
    *("achird", "algenib", "algieba", "alnilam", "charon", "enceladus", "fenrir", "iapetus"),
    *("orus", "puck", "rasalgethi", "sadachbia", "sadaltager", "schedar", "umbriel"),
    "zubenelgenubi",
)
"""Of the named voices (Chirp 3); the others are women."""

_GOOGLE_MALE_LETTERS: Final = {
    "en-us": "ABDIJ",
    "cmn-cn": "BC",
    "hi-in": "BC",
    "de-de": "BDEH",
    "it-it": "CDF",
    "ja-jp": "CD",
    "ko-kr": "CD",
}
_GOOGLE_USUAL_MALE_LETTERS: Final = "BDGO"
_GOOGLE: Final = re.compile(r"(?P<language>[a-z]{2,3}-[a-z0-9]{2,4})-(?:.*-)?(?P<name>[a-z]+)")


@dataclass(frozen=True, slots=True)
class VoiceWish:
    """What a name asks for; language None: it does not say."""

    is_woman: bool
    language: str | None = None


_BASIC: Final = {"man": VoiceWish(False), "woman": VoiceWish(True), "alice": VoiceWish(True)}
_BY_POLLY_NAME: Final = {
    name: VoiceWish(is_woman, language)
    for language, (women, men) in _POLLY.items()
    for is_woman, names in ((True, women), (False, men))
    for name in names.split()
}


def wish(voice: str | None) -> VoiceWish | None:
    """Read a voice name, in any case; None: it is nothing of Twilio's.

    No name is "man", Twilio's default.
    """
    maker, _, name = _folded(voice or "man").rpartition(".")
    if not maker:
        return _BASIC.get(name)
    if maker == "polly":
        return _BY_POLLY_NAME.get(name.partition("-")[0])
    match = _GOOGLE.fullmatch(name) if maker == "google" else None
    if match is None:
        return None
    language, name = match["language"], match["name"]
    if len(name) == 1:
        men = _GOOGLE_MALE_LETTERS.get(language, _GOOGLE_USUAL_MALE_LETTERS)
        return VoiceWish(name.upper() not in men, language)
    return VoiceWish(name not in _GOOGLE_MEN, language)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.strip())
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()
