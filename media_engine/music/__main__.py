"""Render hold music to files: `python -m media_engine.music render DIR [--genre NAME]`."""

import argparse
from pathlib import Path

import soundfile

from media_engine.music.library import genres, piece_file
from media_engine.music.loudness import integrated_lufs, peak_dbfs
from media_engine.music.pieces import PIECES


def main() -> None:
    """Play each piece that is not in the directory yet, and tell of every file how it measures."""
    parser = argparse.ArgumentParser(prog="python -m media_engine.music")
    verbs = parser.add_subparsers(dest="verb", required=True)
    render = verbs.add_parser("render", help="play the pieces and keep them as FLAC files")
    render.add_argument("directory", type=Path)
    render.add_argument("--genre", choices=genres(), help="only this one")
    options = parser.parse_args()
    for genre in [options.genre] if options.genre else genres():
        for number, piece in enumerate(PIECES[genre]):
            path = piece_file(options.directory, genre, number)
            print(f"{path}  {piece.composer}: {piece.title}  {_measured(path)}")


def _measured(path: Path) -> str:
    sound, rate_hz = soundfile.read(path, dtype="int16")
    minutes, seconds = divmod(round(len(sound) / rate_hz), 60)
    lufs, peak = integrated_lufs(sound, rate_hz), peak_dbfs(sound)
    return f"{minutes}:{seconds:02d}  {lufs:.1f} LUFS  peak {peak:.1f} dBFS"


if __name__ == "__main__":
    main()
