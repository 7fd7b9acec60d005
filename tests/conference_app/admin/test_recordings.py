"""The page of a recording: its player, its removal; and the list of all."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from conference_app.models import Account, Conference, Recording, RecordingStatus
from media_engine.speech_notes import Speech
from tests.builders import (
    NOON,
    build_call,
    build_conference,
    build_operator,
    build_participant,
    build_recording,
    logged_in,
)


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
    assert f'href="/recordings/{recording.sid}.wav" download aria-label="Download WAV"' in page
    assert "Download MP3" not in page
    assert "lane" not in page
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
    for name in ("player", "waveform", "lanes", "clock"):
        answer = stranger.get(f"/static/control_room/{name}.js")
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/javascript")


def test_both_files_are_to_be_had(admin_client: Client, alice: Account, media_root: Path) -> None:
    recording = build_recording(build_conference(alice), b"RIFF", wants_mp3=True)
    assert "MP3 is being made" in _page(admin_client, recording.pk)
    recording.wants_mp3 = False
    recording.mp3.save(f"{recording.sid}.mp3", ContentFile(b"ID3"))
    page = _page(admin_client, recording.pk)
    assert "MP3 is being made" not in page
    for kind in ("wav", "mp3"):
        assert f'href="/recordings/{recording.sid}.{kind}" download' in page


# --- who spoke -----------------------------------------------------------------------------------


def build_spoken(conference: Conference, **speech: Any) -> Recording:
    """A recording of ten seconds in which somebody spoke."""
    recording = build_recording(conference, b"RIFF", speech=Speech(**speech).to_json())
    recording.duration_ms = recording.raw_duration_ms = 10_000
    recording.save()
    return recording


def lanes(page: str) -> list[tuple[str, str]]:
    """What a screen reader is told of each lane, and its drawing."""
    return re.findall(r'role="img" aria-label="([^"]*)"><path d="([^"]*)"', page)


def test_each_who_was_in_has_a_lane_with_a_name(
    admin_client: Client, alice: Account, media_root: Path
) -> None:
    conference = build_conference(alice)
    loud = build_call(alice, "<b>Loud</b>")
    silent, gone = build_call(alice, "silent"), build_call(alice, "gone before")
    build_participant(conference, call=loud)
    build_participant(conference, call=silent, label="Sue")
    minute = timedelta(minutes=1)
    build_participant(conference, call=gone, joined_at=NOON - minute, left_at=NOON - minute / 2)
    build_participant(conference, call=build_call(alice), joined_at=NOON + minute)
    spans = {"CA0": [(9000, 10_000)], loud.sid: [(0, 2000), (4000, 4500)]}
    page = _page(admin_client, build_spoken(conference, spans=spans).pk)
    assert lanes(page) == [
        (
            "&lt;b&gt;Loud&lt;/b&gt; spoke 2 times, 0:00:02",
            "M0 0H2000V1H0ZM4000 0H4500V1H4000Z",
        ),
        ("Sue did not speak", ""),
        ("CA0 spoke once, 0:00:01", "M9000 0H10000V1H9000Z"),
    ]
    assert 'viewBox="0 0 10000 1"' in page
    assert "0:00:02 · 25 %" in page
    told = re.search(r'<script id="speakers" type="application/json">(.*?)</script>', page)
    assert told is not None
    assert json.loads(told[1])[0] == {"name": "<b>Loud</b>", "spans": [[0, 2000], [4000, 4500]]}
    assert "was noted until" not in page


def test_the_page_says_where_nothing_more_was_noted(
    admin_client: Client, alice: Account, media_root: Path
) -> None:
    recording = build_spoken(build_conference(alice), spans={"CA0": [(0, 10)]}, until_ms=5000)
    assert "was noted until 0:00:05 only" in _page(admin_client, recording.pk)


# --- removal -------------------------------------------------------------------------------------


@pytest.fixture
def remover(alice: Account) -> Client:
    """An operator who may look at recordings, and delete them."""
    return logged_in(build_operator(alice, rights=["view_recording", "delete_recording"]))


def _delete_url(recording: Recording) -> str:
    return reverse("admin:conference_app_recording_delete", args=[recording.pk])


def test_it_is_asked_what_goes_and_then_it_goes(
    remover: Client, alice: Account, media_root: Path
) -> None:
    recording = build_recording(build_conference(alice), b"RIFF" * 1000)
    recording.mp3.save(f"{recording.sid}.mp3", ContentFile(b"ID3"))
    assert _delete_url(recording) in _page(remover, recording.pk)
    asked = remover.get(_delete_url(recording)).content.decode()
    for words in (
        f"Recording {recording.sid} of Room 1234, 2026-03-02 12:00, 0:00:01",
        "its WAV file, 3.9\xa0KB",
        "its MP3 file, 3\xa0bytes",
        "what was noted of who spoke",
    ):
        assert words in asked
    assert Recording.objects.exists()
    remover.post(_delete_url(recording), {"post": "yes"})
    assert not Recording.everything.exists()
    assert [path for path in media_root.rglob("*") if path.is_file()] == []


def test_several_go_at_once(remover: Client, alice: Account, media_root: Path) -> None:
    conference = build_conference(alice)
    first, second, third = (build_recording(conference, b"RIFF") for _ in range(3))
    url = reverse("admin:conference_app_recording_changelist")
    form = {"action": "delete_selected", "_selected_action": [first.pk, second.pk]}
    asked = remover.post(url, form).content.decode()
    assert first.sid in asked
    assert second.sid in asked
    assert Recording.objects.count() == 3
    remover.post(url, form | {"post": "yes"})
    assert list(Recording.everything.all()) == [third]
    assert len([path for path in media_root.rglob("*") if path.is_file()]) == 1


def test_what_is_not_finished_stays(remover: Client, alice: Account, media_root: Path) -> None:
    recording = build_recording(
        build_conference(alice), b"RIFF", status=RecordingStatus.IN_PROGRESS
    )
    assert "which is not finished" in remover.get(_delete_url(recording)).content.decode()
    remover.post(_delete_url(recording), {"post": "yes"})
    assert Recording.objects.get().status == RecordingStatus.IN_PROGRESS


def test_who_may_only_look_deletes_nothing(
    remover: Client, alice: Account, media_root: Path
) -> None:
    User.objects.get().user_permissions.remove(Permission.objects.get(codename="delete_recording"))
    recording = build_recording(build_conference(alice), b"RIFF")
    assert _delete_url(recording) not in _page(remover, recording.pk)
    assert remover.post(_delete_url(recording), {"post": "yes"}).status_code == 403
    url = reverse("admin:conference_app_recording_changelist")
    form = {"action": "delete_selected", "_selected_action": [recording.pk], "post": "yes"}
    remover.post(url, form)
    assert Recording.objects.count() == 1


# --- the list ------------------------------------------------------------------------------------


def _listed(client: Client, **query: Any) -> set[Recording]:
    answer = client.get(reverse("admin:conference_app_recording_changelist"), query)
    assert answer.status_code == 200
    return set(answer.context["cl"].result_list)


def test_recordings_are_found_by_room_account_length_day_and_name(
    admin_client: Client, alice: Account, bob: Account, media_root: Path
) -> None:
    def build(account: Account, room: str, seconds: int, started_at: datetime) -> Recording:
        recording = build_recording(build_conference(account, room), b"RIFF")
        recording.duration_ms, recording.started_at = seconds * 1000, started_at
        recording.save()
        return recording

    short = build(alice, "Lobby", 59, NOON)
    long = build(alice, "Board", 3600, NOON + timedelta(days=40))
    bobs = build(bob, "Lobby", 60, NOON)
    assert short.conference and long.conference
    build_participant(long.conference, call=build_call(alice, "+15550177"))
    build_participant(long.conference, call=build_call(alice, "+15550177"), label="Zoe")
    assert _listed(admin_client) == {short, long, bobs}
    room = short.conference.room_id
    assert _listed(admin_client, conference__room__id__exact=room) == {short}
    assert _listed(admin_client, account__id__exact=bob.pk) == {bobs}
    assert _listed(admin_client, length="seconds") == {short}
    assert _listed(admin_client, length="minutes") == {bobs}
    assert _listed(admin_client, length="hours") == {long}
    assert _listed(admin_client, length="?") == {short, long, bobs}
    assert _listed(admin_client, started_at__year=2026, started_at__month=4) == {long}
    assert _listed(admin_client, started_at__gte="2026-04-01 00:00:00+00:00") == {long}
    assert _listed(admin_client, q="Board") == _listed(admin_client, q="Zoe") == {long}
    assert _listed(admin_client, q="5550177") == {long}
    assert _listed(admin_client, q=short.sid) == {short}
    assert _listed(admin_client, q="nobody") == set()


def test_what_is_being_removed_is_not_listed(
    admin_client: Client, alice: Account, media_root: Path
) -> None:
    recording = build_recording(build_conference(alice), b"RIFF", status=RecordingStatus.REMOVING)
    assert _listed(admin_client) == set()
    url = reverse("admin:conference_app_recording_change", args=[recording.pk])
    assert admin_client.get(url).status_code == 302
    assert admin_client.get(f"/recordings/{recording.sid}.wav").status_code == 404
