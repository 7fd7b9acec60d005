"""Plays a piece: from the written notes to a loop of sound."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from media_engine.music.effects import dips
from media_engine.music.loudness import normalised
from media_engine.music.room import Room, add_round
from media_engine.music.score import PLAIN, Note, Part, Piece, Strip, chords
from media_engine.music.synth import Tone, Voice, damped
from media_engine.pcm import FRAMES_PER_SECOND, Pcm, samples_per_frame, to_pcm

COLOURS: Final = 8
"""Steps of hardness that a tone's colour is rounded to, so that most tones are used again."""

TONE_GRID_S: Final = 0.5
"""Steps that a tone's length is rounded up to, for the same reason."""

EXPRESSION: Final = 1.25
"""Loudness goes with velocity to this power: p to f is 6 dB, which a noisy line still bears."""


def perform(piece: Piece, rate_hz: int) -> Pcm:
    """Play a piece as a loop of whole frames, at -23 LUFS, whose end flows into its beginning.

    ValueError for a rate that we do not speak.
    """
    frames = round(piece.seconds * FRAMES_PER_SECOND)
    strips = _played(piece, frames * samples_per_frame(rate_hz), rate_hz)
    sound = _mixed(strips, piece.room, rate_hz)
    sound -= sound.mean()
    return to_pcm(normalised(sound, rate_hz))


def _played(piece: Piece, samples: int, rate_hz: int) -> dict[Strip, Tone]:
    """What comes in on each strip of the desk; silence where others make way for nobody."""
    used = dict.fromkeys(part.strip for part in piece.parts) or {PLAIN: None}
    used |= dict.fromkeys(strip.ducked_by for strip in used if strip.ducked_by)
    strips = {strip: np.zeros(samples, dtype=np.float32) for strip in used}
    player = _Player(piece, rate_hz)
    for part in piece.parts:
        for start_s, tone in player.play(part):
            add_round(strips[part.strip], round(start_s * rate_hz), tone)
    return strips


def _mixed(strips: dict[Strip, Tone], room: Room, rate_hz: int) -> Tone:
    """The mixing desk: the strips' sounds through their effects, together, in their room."""
    dry, sent = (np.zeros_like(next(iter(strips.values()))) for _ in range(2))
    for strip, sound in strips.items():
        for effect in strip.effects:
            sound = effect.on(sound, rate_hz)
        if strip.ducked_by is not None:
            sound = sound * dips(strips[strip.ducked_by], strip.duck_db, rate_hz)
        sound = sound * np.float32(10 ** (strip.gain_db / 20))
        dry += sound
        sent += np.float32(strip.send) * sound
    return dry + room.answer(sent, rate_hz)


class _Player:
    """Turns written notes into tones, a little uneven in time and strength, as hands are."""

    def __init__(self, piece: Piece, rate_hz: int) -> None:
        self._piece = piece
        self._rate_hz = rate_hz
        self._random = np.random.default_rng(piece.seed)
        self._tones: dict[tuple[Voice, int, int, float], Tone] = {}

    def play(self, part: Part) -> Iterator[tuple[float, Tone]]:
        """Each note of a part: when it sounds in seconds (perhaps just before 0) and its tone."""
        gain = 10 ** (part.gain_db / 20)
        for chord in chords(part.notes):
            late_s = float(np.clip(self._random.normal(), -2, 2)) * self._piece.timing_s
            for above, note in enumerate(chord):
                start_s, end_s = self._piece.seconds_at([note.start, note.start + note.length])
                strength = note.velocity * (1 + 0.04 * float(self._random.normal()))
                tone = self._tone(part.voice, note, end_s - start_s)
                yield (
                    start_s + late_s + above * part.roll_s,
                    tone * np.float32(gain * strength**EXPRESSION),
                )

    def _tone(self, voice: Voice, note: Note, held_s: float) -> Tone:
        colour = min(round(note.velocity * COLOURS), COLOURS)
        seconds = float(np.ceil((held_s + voice.release_s) / TONE_GRID_S) * TONE_GRID_S)
        key = (voice, note.pitch, colour, seconds)
        if key not in self._tones:
            hz = 440.0 * 2 ** ((note.pitch + self._piece.transpose - 69) / 12)
            self._tones[key] = voice.tone(hz, colour / COLOURS, seconds, self._rate_hz)
        return damped(self._tones[key], held_s, voice.release_s, self._rate_hz)
