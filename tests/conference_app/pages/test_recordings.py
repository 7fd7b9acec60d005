from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.test import Client

from conference_app.models import Account, Recording, RecordingStatus
from tests.builders import basic, build_conference, build_operator, build_recording, logged_in


@pytest.fixture
def recording(alice: Account, media_root: Path) -> Recording:
    return build_recording(build_conference(alice), b"RIFF and so on")


def _ask(client: Client, recording: Recording, **headers: str) -> Any:
    return client.get(f"/recordings/{recording.sid}.wav", headers=headers)


def test_staff_hears_it_in_the_control_room(admin_client: Client, recording: Recording) -> None:
    response = _ask(admin_client, recording)
    assert (response.status_code, response.getvalue()) == (200, b"RIFF and so on")
    assert response["Content-Type"] == "audio/wav"
    part = _ask(admin_client, recording, range="bytes=5-7")
    assert (part.status_code, part.getvalue()) == (206, b"and")
    beyond = _ask(admin_client, recording, range="bytes=100-")
    assert (beyond.status_code, beyond["Content-Range"]) == (416, "bytes */14")


def test_a_head_request_tells_the_size(admin_client: Client, recording: Recording) -> None:
    response = admin_client.head(f"/recordings/{recording.sid}.wav")
    assert (response.status_code, response["Content-Length"]) == (200, "14")
    assert response.content == b""


def test_the_account_hears_its_own(alices: Client, recording: Recording) -> None:
    assert _ask(alices, recording).status_code == 200


def test_nobody_else_learns_whether_it_exists(
    bobs: Client, stranger: Client, recording: Recording
) -> None:
    unknown = Recording(sid="RE" + "0" * 32)
    for client in (bobs, stranger):
        answers = [_ask(client, one) for one in (recording, unknown)]
        assert [answer.status_code for answer in answers] == [401, 401]
        assert answers[0].content == answers[1].content
        assert answers[0]["WWW-Authenticate"].startswith("Basic")


def test_staff_needs_the_permission_to_view_recordings(recording: Recording) -> None:
    user = build_operator(recording.account)
    client = logged_in(user)
    assert _ask(client, recording).status_code == 401
    user.user_permissions.add(Permission.objects.get(codename="view_recording"))
    assert _ask(client, recording).status_code == 200


@pytest.mark.parametrize("kind", ["wav", "mp3", "peaks.json"])
def test_an_operator_learns_nothing_of_others_recordings(
    recording: Recording, bob: Account, kind: str
) -> None:
    recording.mp3.save(f"{recording.sid}.mp3", ContentFile(b"ID3"))
    Recording.objects.update(peaks=bytes(20))
    user = build_operator(bob, rights=["view_recording"])
    client = logged_in(user)
    credentials = basic(recording.account.sid, recording.account.auth_token)

    def ask(sid: str, **headers: str) -> Any:
        return client.get(f"/recordings/{sid}.{kind}", headers=headers)

    answers = [ask(sid) for sid in (recording.sid, "RE" + "0" * 32)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert ask(recording.sid, authorization=credentials).status_code == 200
    user.accounts.add(recording.account)
    assert ask(recording.sid).status_code == 200


def test_one_that_is_being_written_is_not_there_yet(
    admin_client: Client, recording: Recording
) -> None:
    Recording.objects.update(status=RecordingStatus.IN_PROGRESS)
    assert _ask(admin_client, recording).status_code == 404


def test_one_whose_file_was_removed_is_not_there(
    admin_client: Client, recording: Recording
) -> None:
    Path(recording.file.path).unlink()
    assert _ask(admin_client, recording).status_code == 404


@pytest.mark.parametrize("name", ["../confab.sqlite3", "..%2fconfab.sqlite3", "RE1.wav", ""])
def test_there_is_no_way_to_other_files(admin_client: Client, name: str) -> None:
    assert admin_client.get(f"/recordings/{name}").status_code == 404
