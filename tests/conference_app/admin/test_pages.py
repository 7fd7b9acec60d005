"""Every page of the control room, with rows of every kind in it."""

from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from conference_app.models import (
    Account,
    Call,
    Conference,
    ConferenceEvent,
    ConferenceStatus,
    EventKind,
    Recording,
    RecordingStatus,
)
from conference_app.services import accounts
from tests.builders import (
    NOON,
    build_alert,
    build_api_key,
    build_application,
    build_conference,
    build_delivery,
    build_guest_link,
    build_operator,
    build_participant,
    build_recording,
    build_twiml_bin,
    logged_in,
)

OWN_MODELS = [model for model in admin.site._registry if model._meta.app_label == "conference_app"]


def build_full_conference(account: Account, name: str) -> Conference:
    """A conference with everything that a page shows."""
    conference = build_conference(account, name)
    here = build_participant(conference)
    build_participant(conference, left_at=NOON, reason_left="kicked")
    build_recording(conference, b"RIFF")
    build_recording(conference, b"", status=RecordingStatus.IN_PROGRESS)
    build_recording(here.call, b"RIFF", channels=2, source="DialVerb", track="both")
    build_event(conference, 1, here.call)
    return conference


def build_event(conference: Conference, number: int, call: Call) -> None:
    """Somebody has joined."""
    ConferenceEvent.objects.create(
        conference=conference,
        sequence_number=number,
        kind=EventKind.PARTICIPANT_JOIN,
        call=call,
        occurred_at=NOON,
        details={"muted": False},
    )


@pytest.fixture
def everything(alice: Account, media_root: Path) -> Conference:
    """A row of every kind."""
    build_application(alice)
    build_twiml_bin(alice)
    build_alert(alice)
    build_guest_link(alice)
    build_api_key(alice)
    build_delivery(build_conference(alice, "lobby"))
    return build_full_conference(alice, "Room 1234")


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model.__name__)
def test_list_and_detail_render(
    admin_client: Client, everything: Conference, model: type[Conference]
) -> None:
    prefix = f"admin:conference_app_{model._meta.model_name}"
    listed = admin_client.get(reverse(f"{prefix}_changelist"), {"q": "a"})
    row = model.objects.first()
    assert row is not None
    detail = admin_client.get(reverse(f"{prefix}_change", args=[row.pk]))
    assert (listed.status_code, detail.status_code) == (200, 200)
    assert "control_room/control_room.css" in detail.content.decode()


def test_a_conference_shows_people_recordings_and_timeline(
    admin_client: Client, everything: Conference
) -> None:
    url = reverse("admin:conference_app_conference_change", args=[everything.pk])
    page = admin_client.get(url).content.decode()
    finished = everything.recordings.get(status=RecordingStatus.COMPLETED)
    assert f'<source src="/recordings/{finished.sid}.wav" type="audio/wav">' in page
    assert page.count("<audio") == 1
    assert "participant-join" in page
    assert "muted: False" in page
    assert "kicked" in page.lower()
    assert 'name="_save"' not in page


def test_a_call_shows_its_own_recordings(admin_client: Client, everything: Conference) -> None:
    own = Recording.objects.get(call__isnull=False)
    assert own.call is not None
    url = reverse("admin:conference_app_call_change", args=[own.call.pk])
    page = admin_client.get(url).content.decode()
    assert f'<source src="/recordings/{own.sid}.wav" type="audio/wav">' in page
    assert page.count("<audio") == 1
    found = admin_client.get(
        reverse("admin:conference_app_recording_changelist"), {"q": own.call.sid}
    )
    assert list(found.context["cl"].result_list) == [own]


def test_live_conferences_come_first(admin_client: Client, alice: Account) -> None:
    live = build_conference(alice, "live room")
    build_conference(alice, "newer but over", status=ConferenceStatus.COMPLETED)
    build_participant(live)
    build_participant(live)
    page = admin_client.get(reverse("admin:conference_app_conference_changelist"))
    rows = page.context["cl"].result_list
    assert [row.friendly_name for row in rows] == ["live room", "newer but over"]
    assert rows[0].people_now == 2
    assert 'class="badge badge-in-progress"' in page.content.decode()


@pytest.mark.parametrize("name", ["conference", "participant", "recording", "call", "room"])
def test_a_long_list_needs_no_more_queries_than_a_short_one(
    admin_client: Client,
    alice: Account,
    media_root: Path,
    name: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(12):
        build_full_conference(alice, f"room {number}")
    url = reverse(f"admin:conference_app_{name}_changelist")
    admin_client.get(url)
    with django_assert_max_num_queries(10):
        admin_client.get(url)


def test_a_full_conference_needs_no_query_for_each_person(
    admin_client: Client,
    alice: Account,
    media_root: Path,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    conference = build_full_conference(alice, "Room 1234")
    for number in range(2, 14):
        somebody = build_participant(conference)
        build_event(conference, number, somebody.call)
    url = reverse("admin:conference_app_conference_change", args=[conference.pk])
    with django_assert_max_num_queries(14):
        admin_client.get(url)


@pytest.mark.parametrize("name", ["conference", "participant", "recording", "call"])
def test_facts_can_not_be_edited(admin_client: Client, everything: Conference, name: str) -> None:
    assert admin_client.get(reverse(f"admin:conference_app_{name}_add")).status_code == 403
    url = reverse(f"admin:conference_app_{name}_change", args=[1])
    assert admin_client.post(url, {"friendly_name": "x"}).status_code in (302, 403)


def test_no_page_shows_a_token_or_the_secret_of_a_key(admin_client: Client, alice: Account) -> None:
    accounts.make_secondary_token(account=alice)
    key = build_api_key(alice)
    for row in (alice, key):
        prefix = f"admin:conference_app_{row._meta.model_name}"
        for url in (
            reverse(f"{prefix}_changelist"),
            reverse(f"{prefix}_change", args=[row.pk]),
            reverse(f"{prefix}_history", args=[row.pk]),
        ):
            page = admin_client.get(url).content.decode()
            assert row.sid in page or "history" in url
            for secret in (*alice.auth_tokens, key.secret):
                assert secret not in page


def test_the_control_room_is_for_staff(stranger: Client, db: None) -> None:
    response = stranger.get("/admin/conference_app/conference/")
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_a_guest_links_address_is_shown_to_those_who_may_change_links(alice: Account) -> None:
    link = build_guest_link(alice)
    user = build_operator(alice, rights=["view_guestlink"])
    client = logged_in(user)
    listed = reverse("admin:conference_app_guestlink_changelist")
    detail = reverse("admin:conference_app_guestlink_change", args=[link.pk])
    for url in (listed, detail):
        assert link.token not in client.get(url).content.decode()
    user.user_permissions.add(Permission.objects.get(codename="change_guestlink"))
    for url in (listed, detail):
        assert link.token in client.get(url).content.decode()
