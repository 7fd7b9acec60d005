"""The cast: Alice and Bob, who each have an account, and a stranger who has none."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from conference_app import engine
from conference_app.models import Account
from media_engine.commands import Command
from tests.builders import build_account, client_of

pytest_plugins = ["tests.end_to_end.fixtures"]


def pytest_configure() -> None:
    """Settings for all tests: what the operator of this machine has set must not decide them.

    Passwords in tests need not be safe; the safe hash takes a third of a second.
    """
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CONFAB_ACCOUNT_SID = settings.CONFAB_AUTH_TOKEN = settings.CONFAB_ADMIN_PASSWORD = ""
    settings.CONFAB_PUBLIC_URL = "http://127.0.0.1:8000"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with modules that talk to servers, which take longest, and with those of few tests, for
    what they live through is long: the short ones of the rest keep all processes busy to the end.
    """
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.get_closest_marker("end_to_end") is None, tests[item.path]))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Part from the threads of a pool that has used the database: they end with the process, and
    PostgreSQL drops no database that somebody has open.
    """
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


@pytest.fixture
def alice(db: None) -> Account:
    """An account."""
    return build_account("Alice")


@pytest.fixture
def bob(db: None) -> Account:
    """Another account, from which Alice's things are hidden."""
    return build_account("Bob")


@pytest.fixture
def alices(alice: Account) -> Client:
    """A program with Alice's credentials."""
    return client_of(alice)


@pytest.fixture
def bobs(bob: Account) -> Client:
    """A program with Bob's credentials."""
    return client_of(bob)


@pytest.fixture
def stranger() -> Client:
    """A program without credentials."""
    return Client()


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[Command]:
    """The commands that the engine was given; no engine runs."""
    commands: list[Command] = []
    monkeypatch.setattr(engine, "post", commands.append)
    return commands


@pytest.fixture
def media_root(settings: Settings, tmp_path: Path) -> Path:
    """Where recordings are kept during the test; those that are not finished, beside it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.CONFAB_DATA_DIR = tmp_path
    return tmp_path / "media"
