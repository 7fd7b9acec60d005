from unittest.mock import MagicMock

import pytest
from django.db import OperationalError
from django.test import Client

from conference_app import engine
from conference_app.pages import health


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "state", lambda **_: engine.EngineState(running=True))


@pytest.mark.django_db
def test_all_is_well(stranger: Client, running: None) -> None:
    response = stranger.get("/healthz")
    assert response.status_code == 200
    told = response.json()
    assert (told["status"], told["database"], told["engine"]["running"]) == ("ok", True, True)
    assert set(told["engine"]["tick_lateness_ms"]) == {"p50", "p99", "max"}
    assert told["loop"] == {"tasks": 0, "programs": 0}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_an_engine_that_does_not_run_is_told(stranger: Client) -> None:
    response = stranger.get("/healthz")
    assert response.status_code == 503
    told = response.json()
    assert (told["status"], told["database"]) == ("unavailable", True)
    assert told["engine"]["running"] is False


def test_a_database_that_does_not_answer_is_told(
    stranger: Client, running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = MagicMock(cursor=MagicMock(side_effect=OperationalError("away")))
    monkeypatch.setattr(health, "connection", away)
    response = stranger.get("/healthz")
    assert response.status_code == 503
    told = response.json()
    assert (told["status"], told["database"]) == ("unavailable", False)
    assert told["engine"]["running"] is True
