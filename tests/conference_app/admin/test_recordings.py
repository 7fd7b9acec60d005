"""The page of a recording: its player."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from conference_app.models import Account, RecordingStatus
from tests.builders import build_conference, build_recording


def _page(client: Client, key: int) -> str:
    url = reverse("admin:conference_app_recording_change", args=[key])
    return client.get(url).content.decode()


def test_a_player_gets_outline_length_and_files(
    admin_client: Client, alice: Account, media_root: Path
) -> None:
    recording = build_recording(build_conference(alice), b"RIFF")
    page = _page(admin_client, recording.pk)
    assert f'data-peaks="/recordings/{recording.sid}.peaks.json"' in page
    assert 'data-seconds="1.0"' in page
    assert f'<a class="plain-button" href="/recordings/{recording.sid}.wav" download>' in page
    assert '<script src="/static/control_room/player.js" type="module"></script>' in page
    assert 'role="slider" tabindex="0"' in page


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (RecordingStatus.PROCESSING, "yet: the recording is not finished."),
        (RecordingStatus.ABSENT, "There is nothing to listen to."),
    ],
)
def test_without_sound_the_page_says_so(
    admin_client: Client, alice: Account, media_root: Path, status: str, words: str
) -> None:
    recording = build_recording(build_conference(alice), b"", status=status)
    page = _page(admin_client, recording.pk)
    assert words in page
    assert "data-player" not in page


def test_the_scripts_of_the_player_are_served(stranger: Client) -> None:
    for name in ("player", "waveform", "clock"):
        answer = stranger.get(f"/static/control_room/{name}.js")
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/javascript")
