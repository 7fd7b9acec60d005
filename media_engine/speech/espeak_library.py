"""The C library espeak-ng (speak_lib.h, revision 12); a process has one, with one state."""

import ctypes
import threading
from functools import cache
from typing import Final

import espeakng_loader  # type: ignore[import-untyped]
import numpy as np

from media_engine.pcm import Pcm
from media_engine.speech.base import SpeechError, Voice

_AUDIO_OUTPUT_SYNCHRONOUS: Final = 2
_DONT_EXIT: Final = 0x8000
_CHARS_UTF8: Final = 1
_RATE_PARAMETER: Final = 1
_OK: Final = 0
_GO_ON, _STOP = 0, 1

WORDS_PER_MINUTE: Final = 160
"""A little slower than espeak's own 175: a telephone swallows consonants."""

_BYTES_PER_SAMPLE: Final = 2


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_OnSound = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


_loading = threading.Lock()


def espeak_library() -> "EspeakLibrary":
    """Give the library of this process, loaded when it is first wanted.

    SpeechError where it or its voices are missing.
    """
    with _loading:
        return _load()


@cache
def _load() -> "EspeakLibrary":
    return EspeakLibrary()


class EspeakLibrary:
    """Synthesises one text at a time: any thread may call, and waits for the others. There must be
    one of it in a process: espeak_library().

    Text that strangers wrote can make it crash or never return; both end its process.
    """

    def __init__(self) -> None:
        try:
            self._library: Final = ctypes.CDLL(espeakng_loader.get_library_path())
            data = espeakng_loader.get_data_path()
        except (OSError, RuntimeError) as error:
            raise SpeechError(f"espeak-ng can not be loaded: {error}") from error
        self._declare()
        self.rate_hz: Final[int] = self._library.espeak_Initialize(
            _AUDIO_OUTPUT_SYNCHRONOUS, 0, data.encode(), _DONT_EXIT
        )
        if self.rate_hz <= 0:
            raise SpeechError("espeak-ng found no voices")
        self._lock: Final = threading.Lock()
        self._sound = bytearray()
        self._most_bytes = 0
        # The C side keeps only its address, for as long as the process lives.
        self._on_sound: Final = _OnSound(self._take)
        self._library.espeak_SetSynthCallback(self._on_sound)

    def voices(self) -> list[Voice]:
        """List the voices; variants are not among them."""
        return [voice for voice, _ in self._listed()]

    def best_voices(self) -> dict[str, str]:
        """Give the name of the best voice for each language, in lower case ("de", "pt-br")."""
        best: dict[str, tuple[int, str]] = {}
        for voice, priorities in self._listed():
            for language, priority in zip(voice.languages, priorities, strict=True):
                if language not in best or priority < best[language][0]:
                    best[language] = (priority, voice.name)
        return {language: name for language, (_, name) in best.items()}

    def _listed(self) -> list[tuple[Voice, list[int]]]:
        entries = self._library.espeak_ListVoices(None)
        listed: list[tuple[Voice, list[int]]] = []
        while entries[len(listed)]:
            entry = entries[len(listed)].contents
            languages = _languages(entry.languages)
            voice = Voice(entry.identifier.decode(), tuple(name for _, name in languages))
            listed.append((voice, [priority for priority, _ in languages]))
        return listed

    def synthesise(self, text: str, voice: str, longest_s: float) -> tuple[Pcm, bool]:
        """Give `text` at `rate_hz`, and whether it was cut at `longest_s`.

        `voice` is a name of voices(), with `+` and a variant if one is wanted. SpeechError when the
        library refuses.
        """
        content = text.encode() + b"\0"
        with self._lock:
            if self._library.espeak_SetVoiceByName(voice.encode()) != _OK:
                raise SpeechError(f"espeak-ng has no voice {voice!r}")
            self._library.espeak_SetParameter(_RATE_PARAMETER, WORDS_PER_MINUTE, 0)
            self._sound = bytearray()
            self._most_bytes = round(longest_s * self.rate_hz) * _BYTES_PER_SAMPLE
            status = self._library.espeak_Synth(
                content, len(content), 0, 0, 0, _CHARS_UTF8, None, None
            )
            if status != _OK:
                raise SpeechError(f"espeak-ng failed with status {status}")
            sound = np.frombuffer(self._sound, np.int16)
        most = self._most_bytes // _BYTES_PER_SAMPLE
        return sound[:most], len(sound) > most

    def _declare(self) -> None:
        library = self._library
        integer, text, pointer = ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p
        library.espeak_Initialize.argtypes = (integer, integer, text, integer)
        library.espeak_SetVoiceByName.argtypes = (text,)
        library.espeak_SetSynthCallback.argtypes = (_OnSound,)
        library.espeak_SetParameter.argtypes = (integer, integer, integer)
        library.espeak_Synth.argtypes = (
            *(text, ctypes.c_size_t, ctypes.c_uint, integer, ctypes.c_uint, ctypes.c_uint),
            *(pointer, pointer),
        )
        library.espeak_ListVoices.argtypes = (pointer,)
        library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))

    def _take(self, samples: int | None, count: int, _events: int | None) -> int:
        if samples is not None and count > 0:
            self._sound += ctypes.string_at(samples, count * _BYTES_PER_SAMPLE)
        return _STOP if len(self._sound) > self._most_bytes else _GO_ON


def _languages(address: int) -> list[tuple[int, str]]:
    """Read a list of (priority byte, text, 0), ended by a priority of 0; 1 is the best."""
    languages = []
    while priority := ctypes.string_at(address, 1)[0]:
        name = ctypes.string_at(address + 1)
        languages.append((priority, name.decode()))
        address += len(name) + 2
    return languages
