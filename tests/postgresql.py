"""What a run of the tests on PostgreSQL does otherwise: a plugin, `pytest -p tests.postgresql`."""

from collections.abc import Sequence
from typing import Any, Final

import pytest

DATABASE_FIXTURES: Final = {"db", "transactional_db"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what uses no database: it has nothing new to say here."""
    unrelated = [item for item in items if not uses_database(item)]
    config.hook.pytest_deselected(items=unrelated)
    items[:] = [item for item in items if uses_database(item)]


def uses_database(item: pytest.Item) -> bool:
    """Whether a test may: pytest-django lets no other; or has a server, which has one."""
    marks = ("django_db", "end_to_end")
    fixtures: Sequence[str] = getattr(item, "fixturenames", ())
    return any(map(item.get_closest_marker, marks)) or not DATABASE_FIXTURES.isdisjoint(fixtures)


def pytest_sessionstart() -> None:
    """Empty tables, between tests that commit, row by row.

    TRUNCATE makes a new file for each table and waits for the disk, which takes longer than most of
    these tests; here a table has a few rows.
    """
    # Of the settings, which are there only now.
    from django.db.backends.postgresql.operations import DatabaseOperations

    def delete_all(
        self: DatabaseOperations, style: Any, tables: Sequence[str], **options: Any
    ) -> list[str]:
        return [f"DELETE FROM {self.quote_name(table)};" for table in tables]

    DatabaseOperations.sql_flush = delete_all  # type: ignore[assignment]
