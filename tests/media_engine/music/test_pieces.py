"""What every piece must keep to; a new genre is tested by being in the table."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from media_engine.music.loudness import integrated_lufs, peak_dbfs
from media_engine.music.performance import perform
from media_engine.music.pieces import PIECES
from media_engine.music.pieces.classical import PIECES as CLASSICAL
from media_engine.music.pieces.guitars import PIECES as GUITARS
from media_engine.music.score import Note, Piece, line
from media_engine.pcm import Pcm

RATE_HZ = 8000
EXCERPT = 16.0
EVERY_PIECE = [piece for pieces in PIECES.values() for piece in pieces]
every_piece = pytest.mark.parametrize("piece", EVERY_PIECE, ids=lambda piece: piece.title)


def pitches(text: str) -> list[int]:
    return [note.pitch for note in line(text, bar=len(text.split()))]


@cache
def played(number: int) -> Pcm:
    """The last and the first beats of a piece at the telephone's rate, as a loop."""
    piece = EVERY_PIECE[number]
    ending = piece.beats - EXCERPT / 2
    parts = tuple(
        replace(part, notes=tuple(_moved(part.notes, piece.beats, ending))) for part in piece.parts
    )
    tempo = ((0.0, piece.tempo[0][1]),)
    return perform(replace(piece, beats=EXCERPT, tempo=tempo, parts=parts), RATE_HZ)


def _moved(notes: Iterable[Note], beats: float, ending: float) -> Iterator[Note]:
    for note in notes:
        at = (note.start - ending) % beats
        if at < EXCERPT:
            yield replace(note, start=at)


@pytest.mark.parametrize("genre", PIECES)
def test_a_genre_has_at_least_two_pieces(genre: str) -> None:
    assert len(PIECES[genre]) >= 2


def test_the_genres_are_those_of_the_feature_page() -> None:
    assert [*PIECES] == ["classical", "ambient", "electronica", "guitars", "rock", "soft-rock"]


def test_no_two_pieces_have_the_same_title() -> None:
    assert len({piece.title for piece in EVERY_PIECE}) == len(EVERY_PIECE)


@every_piece
def test_a_piece_lasts_from_one_to_five_minutes(piece: Piece) -> None:
    assert 60 <= piece.seconds <= 300


@every_piece
def test_no_note_begins_outside_the_piece(piece: Piece) -> None:
    starts = [note.start for part in piece.parts for note in part.notes]
    assert min(starts) >= 0
    assert max(starts) < piece.beats


@every_piece
def test_something_sounds_in_every_two_beats(piece: Piece) -> None:
    spans = [(n.start, n.start + n.length) for part in piece.parts for n in part.notes]
    for beat in np.arange(0, piece.beats, 2):
        assert any(start < beat + 2 and end > beat for start, end in spans), beat


@every_piece
def test_the_tempo_is_written_in_order_and_playable(piece: Piece) -> None:
    beats, per_minute = np.transpose(piece.tempo)
    assert np.all(np.diff(beats) > 0)
    assert np.all((per_minute > 30) & (per_minute < 240))


@pytest.mark.parametrize("number", range(len(EVERY_PIECE)))
def test_a_telephone_carries_the_music(number: int) -> None:
    sound = played(number)
    power = np.abs(np.fft.rfft(sound.astype(float))) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    band = (hz >= 300) & (hz <= 3400)
    assert power[band].sum() > 0.5 * power.sum()
    assert 400 < (hz * power)[band].sum() / power[band].sum() < 1500
    through = np.fft.irfft(np.fft.rfft(sound) * band, len(sound)).astype(np.float32)
    assert integrated_lufs(through, RATE_HZ) > integrated_lufs(sound, RATE_HZ) - 3


@pytest.mark.parametrize("number", range(len(EVERY_PIECE)))
def test_the_end_flows_into_the_beginning(number: int) -> None:
    sound = played(number).astype(float)
    frames = np.sqrt(np.mean(sound.reshape(-1, 160) ** 2, axis=1))
    # Nowhere does a second go by below -55 dBFS: neither at the seam nor anywhere near it.
    loudest = np.max(np.lib.stride_tricks.sliding_window_view(frames, 50), axis=1)
    assert np.min(loudest) > 32768 * 10 ** (-55 / 20)


@pytest.mark.parametrize("number", range(len(EVERY_PIECE)))
def test_there_is_no_click(number: int) -> None:
    sound = played(number).astype(float)
    assert peak_dbfs(played(number)) <= -1
    steps = np.abs(np.diff(np.append(sound, sound[0])))
    # As steep as a sine of 1.3 kHz, and no steeper.
    assert np.max(steps) < np.max(np.abs(sound))
    bends = np.abs(np.diff(np.append(sound, sound[:3]), n=3))
    assert np.max(bends[-3:]) <= np.quantile(bends, 0.999)


def test_the_prelude_has_bachs_notes() -> None:
    notes = sorted((n.start, n.pitch) for part in CLASSICAL[0].parts for n in part.notes)
    by_bar = [[p for at, p in notes if 4 * bar <= at < 4 * bar + 4] for bar in range(35)]
    first = pitches("C4 E4 G4 C5 E5 G4 C5 E5")
    diminished = pitches("F#2 C3 A3 C4 Eb4 A3 C4 Eb4")
    assert by_bar[0] == by_bar[3] == first * 2
    assert by_bar[21] == diminished * 2
    assert [len(bar) for bar in by_bar] == [16] * 34 + [5]
    assert by_bar[34] == pitches("C2 C3 E4 G4 C5")


def test_the_gymnopedie_ends_bright_first_and_dark_then() -> None:
    notes = [n for part in CLASSICAL[1].parts[:3] for n in part.notes]
    endings = [{n.pitch % 12 for n in notes if n.start == 3 * bar} for bar in (38, 77)]
    assert endings == [{2, 6, 9}, {2, 5, 9}]


def test_the_gymnopedies_melody_is_saties() -> None:
    melody = CLASSICAL[1].parts[0].notes[:8]
    assert [note.pitch for note in melody] == pitches("F#5 A5 G5 F#5 C#5 B4 C#5 D5")
    assert [note.start for note in melody] == list(range(13, 21))


def test_lagrima_has_tarregas_notes() -> None:
    parts = GUITARS[0].parts
    opening = sorted((n.start, n.pitch) for part in parts for n in part.notes if n.start < 6)
    first = [number for at, number in opening if at < 3]
    assert first == pitches("E3 G#4 B3 F#3 A4 B3 G#3 B4 B3")
    assert [p for at, p in opening if at >= 3] == pitches("D#3 F#4 B3 A3 B3 B2 B3")
    dark = [n.pitch for n in parts[0].notes if 48 <= n.start < 51]
    assert dark == pitches("G4 C5 B4 E4 F#4 G4")


def test_the_study_is_sors() -> None:
    upper, bass = GUITARS[1].parts
    sung = [n.pitch for n in upper.notes if n.start % 3 == 0]
    assert sung[:8] == pitches("D4 F#4 E4 D4 C#4 D4 E4 F#4")
    assert sung[40:44] == pitches("F#4 G#4 A#4 B4")
    assert [n.pitch for n in bass.notes if n.start >= 120] == pitches("D3 C#3 F#3 G3 E3 F#3 F#2 E3")
