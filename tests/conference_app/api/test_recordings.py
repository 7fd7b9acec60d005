from pathlib import Path

import pytest
from django.test import Client

from conference_app.models import Account, RecordingStatus
from tests.builders import build_conference, build_recording
from tests.conference_app.api.requests import error_of, path_of


@pytest.mark.parametrize("suffix", [".wav", ""])
def test_an_account_gets_its_recordings(
    alice: Account, alices: Client, media_root: Path, suffix: str
) -> None:
    recording = build_recording(build_conference(alice), b"RIFF and so on")
    path = path_of(alice, f"/Recordings/{recording.sid}{suffix}")
    response = alices.get(path, headers={"range": "bytes=0-3"})
    assert (response.status_code, b"".join(response)) == (206, b"RIFF")
    assert response["Content-Type"] == "audio/wav"


def test_anothers_recordings_do_not_exist(
    alice: Account, bob: Account, bobs: Client, media_root: Path
) -> None:
    recording = build_recording(build_conference(alice), b"RIFF")
    for account in (alice, bob):
        path = path_of(account, f"/Recordings/{recording.sid}.wav")
        assert error_of(bobs.get(path)) == (404, 20404)


def test_a_recording_is_there_once_it_is_finished(
    alice: Account, alices: Client, media_root: Path
) -> None:
    conference = build_conference(alice)
    recording = build_recording(conference, b"RIFF", status=RecordingStatus.IN_PROGRESS)
    path = path_of(alice, f"/Recordings/{recording.sid}.wav")
    assert error_of(alices.get(path)) == (404, 20404)
