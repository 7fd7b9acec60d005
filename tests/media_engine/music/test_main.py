import sys
from pathlib import Path

import pytest

from media_engine.music import __main__, library
from media_engine.music.room import Room
from media_engine.music.score import Part, Piece, line
from media_engine.music.synth import Additive, Envelope, Partial

BELL = Additive((Partial(1, 1.0, 1.0),), Envelope(attack_s=0.005, decay_s=0.5))
SCALE = Part(BELL, line("C4 D4 E4 F4", bar=4))
PIECE = Piece("Scale", "Nobody", 4.0, ((0.0, 240.0),), (SCALE,), Room(decay_s=0.2))


@pytest.fixture(autouse=True)
def one_short_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (library, __main__):
        monkeypatch.setattr(module, "PIECES", {"classical": (PIECE,)})


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["music", *arguments])
    __main__.main()


def test_render_writes_files_and_tells_how_they_measure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "render", str(tmp_path))
    (path,) = tmp_path.iterdir()
    told = capsys.readouterr().out
    assert told.startswith(f"{path}  Nobody: Scale  0:01  -23.0 LUFS  peak ")


def test_an_unknown_genre_ends_with_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        run(monkeypatch, "render", str(tmp_path), "--genre", "polka")
    assert "classical" in capsys.readouterr().err
