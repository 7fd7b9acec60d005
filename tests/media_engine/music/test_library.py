import inspect
import os
from collections.abc import Callable
from dataclasses import is_dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import soundfile

from media_engine.errors import EngineError
from media_engine.music import library, performance
from media_engine.music.library import UnknownMusic, genres, load_music, medley, piece_file
from media_engine.music.pieces import PIECES
from media_engine.music.room import Room
from media_engine.music.score import Part, Piece, line
from media_engine.music.synth import Additive, Envelope, Partial
from media_engine.pcm import Pcm

EVERY_PIECE = [piece for pieces in PIECES.values() for piece in pieces]
BELL = Additive((Partial(1, 1.0, 1.0),), Envelope(attack_s=0.005, decay_s=0.5))


def short_piece(title: str, notes: str = "A4 C5 E5 A5") -> Piece:
    part = Part(BELL, line(notes, bar=4))
    return Piece(title, "", 4.0, ((0.0, 240.0),), (part,), Room(decay_s=0.2))


@pytest.fixture(autouse=True)
def two_short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = {"classical": (short_piece("one"), short_piece("two", "E5 D5 C5 B4"))}
    monkeypatch.setattr(library, "PIECES", pieces)


@pytest.fixture
def performances(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles of what is played from now on."""
    titles: list[str] = []
    perform = performance.perform

    def listen(piece: Piece, rate_hz: int) -> Pcm:
        titles.append(piece.title)
        return perform(piece, rate_hz)

    monkeypatch.setattr(performance, "perform", listen)
    return titles


def test_a_piece_is_kept_as_flac_of_16_bit(tmp_path: Path) -> None:
    path = piece_file(tmp_path / "new", "classical", 0)
    described = soundfile.info(path)
    assert (described.format, described.subtype) == ("FLAC", "PCM_16")
    assert (described.samplerate, described.channels) == (24000, 1)
    assert described.duration == pytest.approx(1.0)


def test_a_piece_is_played_once(tmp_path: Path, performances: list[str]) -> None:
    assert piece_file(tmp_path, "classical", 1) == piece_file(tmp_path, "classical", 1)
    assert performances == ["two"]


def _devices(device: object) -> set[ModuleType | None]:
    """The modules of a voice, effect or room, and of those that it is made of."""
    inner = (getattr(device, name) for name in getattr(device, "__slots__", ()))
    found = {inspect.getmodule(type(device))}
    return found.union(*(_devices(part) for part in inner if is_dataclass(part)))


@pytest.mark.parametrize("piece", EVERY_PIECE, ids=lambda piece: piece.title)
def test_a_change_of_any_device_in_use_plays_anew(piece: Piece) -> None:
    devices = [piece.room, *(part.voice for part in piece.parts)]
    devices += [effect for part in piece.parts for effect in part.strip.effects]
    assert set().union(*map(_devices, devices)) <= {*library.SYNTHESISER}


def test_only_the_finished_file_is_left(tmp_path: Path) -> None:
    path = piece_file(tmp_path, "classical", 0)
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_left_when_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_fd: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        piece_file(tmp_path, "classical", 0)
    assert list(tmp_path.iterdir()) == []


def test_a_changed_score_is_played_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = piece_file(tmp_path, "classical", 0)
    monkeypatch.setattr(library, "PIECES", {"classical": (short_piece("one", "A4 C5 E5 B5"),)})
    new = piece_file(tmp_path, "classical", 0)
    assert new != old
    assert new.exists()


def test_a_changed_synthesiser_plays_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = piece_file(tmp_path, "classical", 0)
    monkeypatch.setattr(library, "SYNTHESISER", library.SYNTHESISER[:1])
    assert piece_file(tmp_path, "classical", 0) != old


@pytest.mark.parametrize("rate_hz", [8000, 16000, 24000, 48000])
def test_music_comes_at_the_rate_that_is_wanted(tmp_path: Path, rate_hz: int) -> None:
    loops = load_music(tmp_path, "classical", rate_hz)
    assert [len(loop) for loop in loops] == [rate_hz, rate_hz]
    assert all(loop.dtype == np.int16 for loop in loops)


@pytest.mark.parametrize("rate_hz", [8000, 16000, 24000, 48000])
def test_resampling_keeps_the_seam(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate_hz: int
) -> None:
    def sine(at_rate_hz: int) -> Pcm:
        turns = 440 * np.arange(at_rate_hz) / at_rate_hz
        return np.asarray(np.rint(10000 * np.cos(2 * np.pi * turns)), dtype=np.int16)

    monkeypatch.setattr(performance, "perform", lambda _piece, at_rate_hz: sine(at_rate_hz))
    loop = load_music(tmp_path, "classical", rate_hz)[0]
    assert np.max(np.abs(loop - sine(rate_hz))) <= 3


@pytest.mark.parametrize(
    "call", [lambda d: piece_file(d, "polka", 0), lambda d: load_music(d, "polka", 8000)]
)
def test_an_unknown_genre_is_refused_with_the_known_names(
    tmp_path: Path, call: Callable[[Path], object]
) -> None:
    with pytest.raises(UnknownMusic, match=r"'polka'.*classical") as refusal:
        call(tmp_path)
    assert isinstance(refusal.value, EngineError)


@pytest.mark.parametrize("number", [-1, 2])
def test_an_unknown_number_is_refused(tmp_path: Path, number: int) -> None:
    with pytest.raises(UnknownMusic, match="pieces 0 to 1"):
        piece_file(tmp_path, "classical", number)


def test_a_rate_that_we_do_not_speak_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="11025"):
        load_music(tmp_path, "classical", 11025)
    assert list(tmp_path.iterdir()) == []


def test_genres_are_named() -> None:
    assert genres() == ("classical",)


def test_a_medley_joins_loops_softly() -> None:
    loops = [np.full(1000, level, dtype=np.int16) for level in (10000, -10000)]
    joined = medley(loops, 8000)
    assert len(joined) == 2000
    assert np.max(np.abs(np.diff(np.append(joined, joined[0]).astype(int)))) < 700
    assert joined[500] == 10000
    assert loops[0][0] == 10000


def test_a_medley_of_one_is_that_loop() -> None:
    loop = np.full(100, 7, dtype=np.int16)
    assert medley([loop], 8000) is loop
