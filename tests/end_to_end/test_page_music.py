"""The feature page's waitUrl: a file at a relative URL, and its six buckets of hold music."""

import io
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import uuid4
from xml.etree import ElementTree

import aiohttp
import numpy as np
import pytest
import soundfile

from conference_app.headless_caller import HeadlessCaller
from media_engine.pcm import Pcm
from tests.end_to_end.server import Server
from tests.end_to_end.sound import RATE_HZ, Signal, heard, place_of, voice
from tests.end_to_end.waiting import eventually

pytestmark = pytest.mark.end_to_end

GENRES = ("classical", "ambient", "electronica", "guitars", "rock", "soft-rock")
TWIMLET = "http://twimlets.com/holdmusic"
DEFAULT = f"{TWIMLET}?Bucket=com.twilio.music.classical"
LEAST_PIECE_S = 60


def waiting_room(terms: str) -> str:
    return f"<Dial><Conference {terms}>{uuid4().hex}</Conference></Dial>"


async def hears(caller: HeadlessCaller, wanted: Pcm) -> None:
    """Wait until somebody has heard it whole."""

    async def is_in_it() -> bool:
        return place_of(heard(caller), wanted) is not None

    await eventually(is_in_it)


async def fetch(url: str) -> tuple[int, str, bytes]:
    async with aiohttp.request("GET", url) as answer:
        return answer.status, answer.content_type, await answer.read()


async def plays_of(server: Server, bucket: str) -> list[str]:
    """Give the URLs that the document of a bucket plays."""
    status, content_type, document = await fetch(f"{server.http}/holdmusic{bucket}")
    assert (status, content_type) == (HTTPStatus.OK, "text/xml")
    response = ElementTree.fromstring(document)
    assert response.tag == "Response"
    return [play.text or "" for play in response.iter("Play")]


@pytest.mark.parametrize("genre", GENRES)
async def test_each_bucket_is_twiml_that_plays_at_least_two_pieces(
    server: Server, genre: str
) -> None:
    plays = await plays_of(server, f"?Bucket=com.twilio.music.{genre}")
    assert len(set(plays)) >= 2
    assert all(urlsplit(url).path.startswith(f"/holdmusic/{genre}/") for url in plays)


async def test_without_a_bucket_it_is_classical_music(server: Server) -> None:
    assert await plays_of(server, "") == await plays_of(
        server, "?Bucket=com.twilio.music.classical"
    )


async def test_a_bucket_that_is_none_is_not_found(server: Server) -> None:
    status, _, _ = await fetch(f"{server.http}/holdmusic?Bucket=com.twilio.music.polka")
    assert status == HTTPStatus.NOT_FOUND


async def test_each_piece_is_a_sound_file_of_a_minute_or_more(server: Server) -> None:
    """By one bucket: to play in another takes seconds, and their scores have tests of their own."""
    for url in await plays_of(server, "?Bucket=com.twilio.music.classical"):
        status, content_type, content = await fetch(url)
        assert (status, content_type) == (HTTPStatus.OK, "audio/flac")
        assert soundfile.info(io.BytesIO(content)).duration >= LEAST_PIECE_S


@pytest.mark.parametrize("terms", ["", f'waitUrl="{DEFAULT}"', f'waitUrl="{TWIMLET}"'])
async def test_the_default_wait_url_is_the_pages_classical_bucket(
    server: Server, hold_music: Signal, terms: str
) -> None:
    number = await server.application(waiting_room(terms))
    async with server.caller(number) as alice:
        await hears(alice, hold_music[:RATE_HZ].astype(np.int16))


@pytest.mark.parametrize(("kind", "media_type"), [("MP3", "audio/mpeg"), ("WAV", "audio/wav")])
async def test_the_url_may_be_an_mp3_or_a_wav_beside_the_document(
    server: Server, kind: str, media_type: str
) -> None:
    song, file = voice("carol")[:RATE_HZ], io.BytesIO()
    soundfile.write(file, song, RATE_HZ, format=kind)
    folder = f"/{uuid4().hex}"
    url = server.web.put(file.getvalue(), media_type, path=f"{folder}/my.{kind.lower()}")
    twiml = waiting_room(f'waitUrl="my.{kind.lower()}" waitMethod="GET"')
    document = f"<Response>{twiml}</Response>".encode()
    voice_url = server.web.put(document, "text/xml", path=f"{folder}/voice.php")
    async with server.caller(await server.application_at(voice_url)) as alice:
        await hears(alice, song)
    assert [asked.method for asked in server.web.asked_for(url)] == ["GET"]
