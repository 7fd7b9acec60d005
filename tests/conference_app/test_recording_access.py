"""Who gets which file of a recording, by which address, from any storage."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from pytest_django import Settings

from conference_app import waiting_view
from conference_app.models import Account, Recording, RecordingStatus
from media_engine.peaks import find_peaks
from tests.builders import build_conference, build_recording
from tests.conference_app.far_away import FarAway, keep_in

SOUNDS = {".wav": (b"RIFF and so on", "audio/wav"), ".mp3": (b"ID3 and so on", "audio/mpeg")}
PLACES: dict[str, Callable[[Recording], str]] = {
    "rest": lambda row: f"/2010-04-01/Accounts/{row.account.sid}/Recordings/{row.sid}",
    "pages": lambda row: f"/recordings/{row.sid}",
}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_view, "LOOK_AGAIN_S", 0.001)
    monkeypatch.setattr(waiting_view, "PATIENCE_S", 0.002)


@pytest.fixture(params=["here", "far away"])
def recording(
    request: pytest.FixtureRequest, alice: Account, media_root: Path, settings: Settings
) -> Recording:
    if request.param == "far away":
        keep_in(settings, FarAway)
    recording = build_recording(build_conference(alice), SOUNDS[".wav"][0])
    recording.mp3.save(f"{recording.sid}.mp3", ContentFile(SOUNDS[".mp3"][0]))
    return recording


def content(response: Any) -> bytes:
    return b"".join(response) if response.streaming else response.content


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("suffix", SOUNDS)
def test_the_account_gets_the_whole_or_a_part(
    alices: Client, recording: Recording, place: str, suffix: str
) -> None:
    url, (sound, content_type) = PLACES[place](recording) + suffix, SOUNDS[suffix]
    whole = alices.get(url)
    assert (whole.status_code, content(whole)) == (200, sound)
    assert whole["Content-Type"] == content_type
    part = alices.get(url, headers={"range": "bytes=4-6"})
    assert (part.status_code, content(part)) == (206, sound[4:7])
    assert part["Content-Range"] == f"bytes 4-6/{len(sound)}"
    assert alices.get(url, headers={"range": "bytes=99-"}).status_code == 416
    assert alices.head(url)["Content-Length"] == str(len(sound))


@pytest.mark.parametrize("suffix", [*SOUNDS, ".peaks.json"])
@pytest.mark.parametrize(
    ("who", "rest", "pages"),
    [("stranger", 401, 401), ("bobs", 404, 401), ("admin_client", 401, 200), ("alices", 200, 200)],
)
def test_who_may_have_it(
    request: pytest.FixtureRequest,
    recording: Recording,
    suffix: str,
    who: str,
    rest: int,
    pages: int,
) -> None:
    client = request.getfixturevalue(who)
    Recording.objects.update(peaks=bytes(20))
    assert client.get(PLACES["pages"](recording) + suffix).status_code == pages
    if suffix in SOUNDS:
        assert client.get(PLACES["rest"](recording) + suffix).status_code == rest


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("columns", "wav", "mp3"),
    [
        ({"status": RecordingStatus.PROCESSING}, 404, 404),
        ({"status": RecordingStatus.ABSENT}, 404, 404),
        ({"status": RecordingStatus.FAILED}, 200, 200),
        ({"mp3": "", "wants_mp3": True}, 200, 503),
        ({"mp3": "", "wants_mp3": False}, 200, 404),
        ({"file": "recordings/gone.wav", "mp3": "recordings/gone.mp3"}, 404, 404),
    ],
)
def test_what_is_there_depends_on_how_far_it_is(
    alices: Client, recording: Recording, place: str, columns: dict[str, Any], wav: int, mp3: int
) -> None:
    Recording.objects.update(**columns)
    url = PLACES[place](recording)
    assert [alices.get(url + suffix).status_code for suffix in SOUNDS] == [wav, mp3]


def test_who_asks_too_early_is_told_when_to_come_back(alices: Client, recording: Recording) -> None:
    Recording.objects.update(mp3="", wants_mp3=True)
    assert alices.get(PLACES["rest"](recording) + ".mp3")["Retry-After"] == "5"


def test_the_outline_comes_as_json(alices: Client, recording: Recording) -> None:
    url = PLACES["pages"](recording) + ".peaks.json"
    assert alices.get(url).status_code == 404
    voice = Path(__file__).resolve().parents[2] / "conference_app" / "demo_voices" / "bob.flac"
    Recording.objects.update(peaks=find_peaks(voice))
    told = alices.get(url).json()
    assert (told["length"], len(told["data"])) == (240, 480)
    assert told["sample_rate"] == 16000


@pytest.mark.parametrize(
    "tail",
    [
        "",
        "/",
        ".flac",
        ".wav/",
        "/../../confab.sqlite3",
        "/..%2f..%2fconfab.sqlite3",
        "%2e%2e%2fsecret-key",
        ".wav%00.mp3",
        "\\..\\secret-key",
    ],
)
def test_there_is_no_way_to_anything_else(alices: Client, recording: Recording, tail: str) -> None:
    for folder in ("/recordings", f"/2010-04-01/Accounts/{recording.account.sid}/Recordings"):
        assert alices.get(f"{folder}/{recording.sid[:-1]}{tail}").status_code == 404
        assert alices.get(f"{folder}/{tail}").status_code == 404


@pytest.mark.parametrize("mp3", [True, False])
def test_the_player_has_what_there_is(
    admin_client: Client, recording: Recording, mp3: bool
) -> None:
    if not mp3:
        Recording.objects.update(mp3="")
    page = admin_client.get(f"/admin/conference_app/recording/{recording.pk}/change/")
    text = page.content.decode()
    assert f'<source src="/recordings/{recording.sid}.wav" type="audio/wav">' in text
    assert (f'<source src="/recordings/{recording.sid}.mp3" type="audio/mpeg">' in text) == mp3
