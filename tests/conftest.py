"""The cast: Alice and Bob, who each have an account, and a stranger who has none."""

from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
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
from tests.end_to_end.precedence import one_of

TALKING_AT_ONCE = 3
"""Two cores are enough for so many modules with servers and callers of their own."""

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
    """Spread modules that talk to servers among those that only compute, so that few of them run at
    once. They are done a little sooner, for they take longest; first come those of few tests, for
    what they live through is long.
    """
    tests = Counter(item.path for item in items)
    modules = sorted({item.path: item for item in items}.items(), key=lambda one: tests[one[0]])
    talking: list[Path] = []
    computing: list[Path] = []
    for path, item in modules:
        (talking if _talks(item) else computing).append(path)
    places = {path: 0.9 * number / len(talking) for number, path in enumerate(talking)}
    places |= {path: number / len(computing) for number, path in enumerate(computing)}
    items.sort(key=lambda item: places[item.path])


@pytest.fixture(scope="module", autouse=True)
def _few_talk_at_once(request: pytest.FixtureRequest) -> Iterator[None]:
    """Have a module that talks to servers wait for others: who sends and mixes in real time must be
    in time.
    """
    with one_of(TALKING_AT_ONCE) if _talks(request.node) else nullcontext():
        yield


def _talks(node: pytest.Collector | pytest.Item) -> bool:
    return node.get_closest_marker("end_to_end") is not None


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
