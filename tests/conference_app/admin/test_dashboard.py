"""The first page: how things are now, and how the last hour was."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from conference_app.admin.dashboard import CHART_MINUTES, people_by_minute
from conference_app.models import Account, ConferenceStatus, DeliveryStatus
from tests.builders import (
    NOON,
    build_conference,
    build_delivery,
    build_operator,
    build_participant,
    logged_in,
)

pytestmark = pytest.mark.django_db


def _figures(client: Client) -> dict[str, tuple[str, str, str]]:
    figures = client.get("/admin/").context["figures"]
    return {figure.title: (figure.value, figure.note, figure.tone) for figure in figures}


def test_the_figures_are_those_of_now(admin_client: Client, alice: Account) -> None:
    live = build_conference(alice)
    over = build_conference(alice, status=ConferenceStatus.COMPLETED)
    build_participant(live)
    build_participant(live)
    build_participant(live, left_at=NOON)
    build_delivery(live)
    build_delivery(over, status=DeliveryStatus.DEAD, last_attempt_at=timezone.now())
    build_delivery(over, status=DeliveryStatus.DEAD, last_attempt_at=NOON)
    figures = _figures(admin_client)
    assert figures["Meetings now"][0] == "1"
    assert figures["People now"][0] == "2"
    assert figures["Webhooks"] == ("1", "waiting; 1 given up in a day", "bad")
    assert figures["Tick lateness"] == ("–", "the engine does not run here", "bad")
    assert figures["Disk free"][0]


def test_the_disk_is_that_of_the_data(
    admin_client: Client, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def usage(path: Path) -> object:
        asked.append(path)
        return type("Usage", (), {"total": 100 << 30, "free": 5 << 30})

    monkeypatch.setattr("shutil.disk_usage", usage)
    value, note, tone = _figures(admin_client)["Disk free"]
    assert asked == [media_root.parent]
    assert (value.replace("\xa0", " "), note.replace("\xa0", " ")) == ("5.0 GB", "of 100.0 GB")
    assert tone == "warn"


def test_stays_are_counted_in_each_minute_that_they_touch() -> None:
    def at(minute: float) -> object:
        return NOON + timedelta(minutes=minute)

    counts = people_by_minute(
        [(at(-5), at(1.5)), (at(1.2), at(1.4)), (at(59.5), None), (at(-9), None)],  # type: ignore[list-item]
        NOON,
    )
    assert len(counts) == CHART_MINUTES
    assert counts[:4] == [2, 3, 1, 1]
    assert counts[-1] == 2


def test_the_chart_is_drawn_by_the_server(admin_client: Client, alice: Account) -> None:
    build_participant(build_conference(alice), joined_at=timezone.now() - timedelta(minutes=5))
    page = admin_client.get("/admin/").content.decode()
    assert 'aria-label="The most people at a time in the last hour: 1"' in page
    assert "100.00,75.00 100,100" in page


def test_rooms_are_named_as_text_and_to_those_who_may_look(
    admin_client: Client, alice: Account
) -> None:
    build_conference(alice, "<b>room</b>")
    page = admin_client.get("/admin/").content.decode()
    assert "&lt;b&gt;room&lt;/b&gt;</a>" in page
    assert "<b>" not in page
    other = logged_in(build_operator(alice, rights=["view_call"]))
    page = other.get("/admin/").content.decode()
    assert "room&lt;" not in page


def test_an_operator_has_the_figures_of_his_accounts(alice: Account, bob: Account) -> None:
    now = timezone.now()
    for account in (alice, bob, bob):
        person = build_participant(build_conference(account, f"{account}{now}"), joined_at=now)
        build_delivery(person.conference)
        build_delivery(person.conference, status=DeliveryStatus.DEAD, last_attempt_at=now)
        now += timedelta(microseconds=1)
    for accounts, number, dead in (([alice], 1, 1), ([alice, bob], 3, 3), ([], 0, 0)):
        user = build_operator(*accounts, rights=["view_conference"], name=f"sees {number}")
        page = logged_in(user).get("/admin/")
        figures = {figure.title: figure for figure in page.context["figures"]}
        assert figures["Meetings now"].value == figures["People now"].value == str(number)
        assert figures["People now"].note == f"{number} callers connected"
        assert figures["Webhooks"].value == str(number)
        assert figures["Webhooks"].note == f"waiting; {dead} given up in a day"
        assert page.context["chart"]["most"] == number
        assert len(page.context["live_conferences"]) == number
        assert ("is the operator of no account" in page.content.decode()) is (not accounts)
        assert figures["Disk free"].value


def test_many_meetings_need_no_more_queries(
    admin_client: Client, alice: Account, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        build_participant(build_conference(alice, f"room {number}"))
    with django_assert_max_num_queries(10):
        admin_client.get("/admin/")
    client = logged_in(build_operator(alice, rights=["view_conference"]))
    with django_assert_max_num_queries(14):
        client.get("/admin/")
