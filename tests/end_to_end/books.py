"""What the server has written down, read from its database as an operator's own tool would.

Plain SQL over either database: the test process has no business in the server's ORM.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

Row: TypeAlias = dict[str, Any]

_CONFERENCE = "SELECT id FROM conference_app_conference WHERE sid = %s"


class Books:
    """The rows of one server. Each question opens a connection of its own, so any thread may ask.

    `url`: of a PostgreSQL database; "" for the SQLite file of a data directory.
    """

    def __init__(self, url: str, data_directory: Path) -> None:
        self.url = url
        self._file = data_directory / "confab.sqlite3"

    def call(self, stream_sid: str | None) -> Row:
        """The call of a stream: the one name that a caller and the bridge have in common."""
        (row,) = self._rows("SELECT * FROM conference_app_call WHERE stream_sid = %s", stream_sid)
        return row

    def account(self, sid: str) -> Row:
        (row,) = self._rows("SELECT * FROM conference_app_account WHERE sid = %s", sid)
        return row

    def callers(self) -> list[str]:
        """Who has called, by the names that the calls were given."""
        rows = self._rows("SELECT caller FROM conference_app_call ORDER BY id")
        return [row["caller"] for row in rows]

    def calls_over(self) -> int:
        """How many calls have ended."""
        (row,) = self._rows(
            "SELECT count(*) AS calls FROM conference_app_call WHERE ended_at IS NOT NULL"
        )
        return int(row["calls"])

    def call_by_sid(self, sid: str) -> Row:
        (row,) = self._rows("SELECT * FROM conference_app_call WHERE sid = %s", sid)
        return row

    def conference(self, sid: str) -> Row:
        (row,) = self._rows("SELECT * FROM conference_app_conference WHERE sid = %s", sid)
        return row

    def conferences_of(self, stream_sid: str | None) -> list[str]:
        """The SIDs of the meetings that the call of a stream was in, the first one first."""
        rows = self._rows(
            "SELECT DISTINCT c.id, c.sid FROM conference_app_conference c"
            " JOIN conference_app_participant p ON p.conference_id = c.id"
            " JOIN conference_app_call k ON k.id = p.call_id WHERE k.stream_sid = %s"
            " ORDER BY c.id",
            stream_sid,
        )
        return [row["sid"] for row in rows]

    def stays(self, conference_sid: str) -> list[Row]:
        """The participants of a meeting, those who have left too; `stream_sid` says whose it is."""
        return self._rows(
            "SELECT p.*, k.stream_sid FROM conference_app_participant p"
            " JOIN conference_app_call k ON k.id = p.call_id"
            f" WHERE p.conference_id = ({_CONFERENCE}) ORDER BY p.id",
            conference_sid,
        )

    def events(self, conference_sid: str) -> list[Row]:
        return self._rows(
            "SELECT * FROM conference_app_conferenceevent"
            f" WHERE conference_id = ({_CONFERENCE}) ORDER BY sequence_number",
            conference_sid,
        )

    def recordings(self, conference_sid: str) -> list[Row]:
        """Those of a meeting, the first one first."""
        return self._rows(
            "SELECT * FROM conference_app_recording"
            f" WHERE conference_id = ({_CONFERENCE}) ORDER BY id",
            conference_sid,
        )

    def recordings_of_call(self, stream_sid: str | None) -> list[Row]:
        """Those of the Dials of a call, the first one first."""
        return self._rows(
            "SELECT r.* FROM conference_app_recording r"
            " JOIN conference_app_call k ON k.id = r.call_id WHERE k.stream_sid = %s ORDER BY r.id",
            stream_sid,
        )

    def alerts(self, account_sid: str) -> list[Row]:
        """The debugger log of an account; `call_sid` says whose it is, None: nobody's."""
        return self._rows(
            "SELECT a.*, k.sid AS call_sid FROM conference_app_alert a"
            " JOIN conference_app_account o ON o.id = a.account_id"
            " LEFT JOIN conference_app_call k ON k.id = a.call_id"
            " WHERE o.sid = %s ORDER BY a.id",
            account_sid,
        )

    def moment_of(self, conference_sid: str, kind: str) -> datetime:
        """When the one event of this kind happened."""
        (event,) = [row for row in self.events(conference_sid) if row["kind"] == kind]
        return as_moment(event["occurred_at"])

    def _rows(self, question: str, *values: object) -> list[Row]:
        if self.url:
            with psycopg.connect(self.url, row_factory=dict_row) as connection:
                return connection.execute(question.encode(), values).fetchall()
        with closing(sqlite3.connect(self._file, timeout=10)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(question.replace("%s", "?"), values)]


def as_moment(column: Any) -> datetime:
    """Read a column of time: SQLite keeps text, in UTC."""
    if isinstance(column, datetime):
        return column
    return datetime.fromisoformat(column).replace(tzinfo=UTC)


def fresh_database() -> AbstractContextManager[str]:
    """Give the URL of a new PostgreSQL database where DATABASE_URL names a server, else ""."""
    server = os.environ.get("DATABASE_URL", "")
    return _database(server, "template1") if server.startswith("postgres") else nullcontext("")


def database_copy(url: str) -> AbstractContextManager[str]:
    """Give the URL of a copy of a PostgreSQL database that nobody uses; "" for ""."""
    server = os.environ.get("DATABASE_URL", "")
    return _database(server, urlsplit(url).path.removeprefix("/")) if url else nullcontext("")


@contextmanager
def _database(server: str, template: str) -> Iterator[str]:
    """Have a database while this is open."""
    name = f"confab_{uuid4().hex}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(drop.format(sql.Identifier(name)))
