"""The hold music that comes with Confab, at the addresses by which TwiML knows it.

`/holdmusic?Bucket=com.twilio.music.<genre>` is a document that plays the pieces of a genre in turn,
for ever, as the Twimlet of the feature page does; the page's own addresses are other names for it
(CONFAB_URL_ALIASES). The pieces lie at `/holdmusic/<genre>/<number>.flac`. A caller of ours is
given both from here, without a request to ourselves.
"""

import asyncio
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import soundfile
from django.conf import settings

from conference_app import engine
from media_engine import Pcm
from media_engine.music import UnknownMusic, genres, piece_file
from media_engine.music.pieces import PIECES
from media_engine.resample import resample_clip

PATH: Final = "/holdmusic"
BUCKET_PREFIX: Final = "com.twilio.music."
DEFAULT_GENRE: Final = "classical"
KEPT_PIECES: Final = 16


def genre_of(bucket: str) -> str:
    """Give the genre of an S3 bucket's name; "" is the default. Raises UnknownMusic."""
    genre = bucket.removeprefix(BUCKET_PREFIX) if bucket else DEFAULT_GENRE
    if genre not in genres() or (bucket and not bucket.startswith(BUCKET_PREFIX)):
        known = ", ".join(BUCKET_PREFIX + name for name in genres())
        raise UnknownMusic(f"there is no bucket {bucket[:64]!r}; there are {known}")
    return genre


def document(bucket: str) -> str:
    """Write the TwiML that plays a genre for ever. Raises UnknownMusic."""
    genre = genre_of(bucket)
    plays = "".join(
        f"  <Play>{escape(_piece_url(genre, number))}</Play>\n"
        for number in range(pieces_in(genre))
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Response>\n{plays}  <Redirect/>\n</Response>\n'
    )


def pieces_in(genre: str) -> int:
    """Say how many pieces a genre has."""
    return len(PIECES[genre])


def file_of(genre: str, number: int) -> Path:
    """Give the file of a piece, played in first if it has to be (seconds). Raises UnknownMusic."""
    return piece_file(engine.music_directory(), genre, number)


async def sound_at(path: str) -> Pcm | None:
    """Give the piece at a path of ours, at the mixing rate; None when the path is not a piece's."""
    place = _place_of(path)
    if place is None:
        return None
    return await asyncio.to_thread(_load, *place, engine.mix_rate_hz())


def document_at(path: str, query: str) -> str | None:
    """Give the document at a path of ours; None when the path is not hold music's."""
    if path.rstrip("/") != PATH:
        return None
    return document(parse_qs(query).get("Bucket", [""])[0])


def _place_of(path: str) -> tuple[str, int] | None:
    """Read genre and number from `/holdmusic/<genre>/<number>.flac`."""
    match path.removeprefix(f"{PATH}/").removesuffix(".flac").split("/"):
        case [genre, number] if genre in genres() and number.isdecimal():
            return genre, int(number)
    return None


def _piece_url(genre: str, number: int) -> str:
    return f"{settings.CONFAB_PUBLIC_URL}{PATH}/{genre}/{number}.flac"


@lru_cache(maxsize=KEPT_PIECES)
def _load(genre: str, number: int, rate_hz: int) -> Pcm:
    sound, file_hz = soundfile.read(file_of(genre, number), dtype="int16")
    return resample_clip(sound, file_hz, rate_hz)
