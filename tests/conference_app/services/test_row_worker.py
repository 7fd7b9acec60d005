"""Rows are worked off one after another; what fails is in nobody's way and tried again."""

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError

from conference_app.services import row_worker
from conference_app.services.row_worker import POLL_S, RowWorker


class Rows:
    """What waits, and what was done; `fails` says what goes wrong with a row."""

    def __init__(self, *waiting: int) -> None:
        self.waiting = list(waiting)
        self.tried: list[int] = []
        self.given_up: list[int] = []
        self.fails: Callable[[int], Exception | None] = lambda pk: None

    def work(self, pk: int) -> None:
        self.tried.append(pk)
        if error := self.fails(pk):
            raise error
        self.waiting.remove(pk)

    def give_up(self, pk: int, error: Exception) -> None:
        self.given_up.append(pk)
        self.waiting.remove(pk)

    def worker(self, *retry_s: float) -> RowWorker:
        return RowWorker(
            "test",
            waiting=lambda: list(self.waiting),
            work=self.work,
            give_up=self.give_up,
            retry_s=retry_s,
        )


def fail(pk: int) -> Exception | None:
    return OSError("full") if pk == 1 else None


def test_all_that_waits_is_done_in_order() -> None:
    rows = Rows(1, 2, 3)
    assert rows.worker().turn() == pytest.approx(POLL_S, abs=1)
    assert (rows.tried, rows.waiting) == ([1, 2, 3], [])


def test_what_fails_does_not_keep_the_others() -> None:
    rows = Rows(1, 2)
    rows.fails = fail
    worker = rows.worker(20.0)
    assert 15 < worker.turn() <= 20
    assert rows.waiting == [1]
    worker.turn()
    assert rows.tried == [1, 2]  # its time has not come


def test_it_is_tried_again_and_given_up_at_last() -> None:
    rows = Rows(1)
    rows.fails = fail
    worker = rows.worker(0.0, 0.0)
    for _ in range(4):
        worker.turn()
    assert (rows.tried, rows.given_up, rows.waiting) == ([1, 1, 1], [1], [])


def test_a_database_that_is_away_is_no_failure_of_a_row() -> None:
    rows = Rows(1)
    rows.fails = lambda pk: OperationalError("away") if len(rows.tried) < 5 else None
    worker = rows.worker()
    for _ in range(4):
        with pytest.raises(OperationalError):
            worker.turn()
    worker.turn()
    assert (rows.waiting, rows.given_up) == ([], [])


def test_one_that_can_not_even_be_given_up_is_in_nobodys_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = Rows(1, 2)
    rows.fails = fail
    monkeypatch.setattr(rows, "give_up", lambda pk, error: 1 / 0)
    worker = rows.worker()
    with pytest.raises(ZeroDivisionError):
        worker.turn()
    worker.turn()
    assert rows.waiting == [1]


def test_the_thread_does_what_it_is_woken_for_and_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_worker, "POLL_S", 3600.0)
    rows, done = Rows(), threading.Event()

    def work(pk: int) -> None:
        rows.work(pk)
        done.set()

    worker = RowWorker(
        "test",
        waiting=lambda: list(rows.waiting),
        work=work,
        give_up=rows.give_up,
    )
    worker.start()
    rows.waiting.append(1)
    worker.wake()
    assert done.wait(30)
    rows.waiting.append(2)
    worker.stop(30)
    assert rows.tried == [1, 2]


def test_the_thread_outlives_a_query_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_worker, "DATABASE_RETRY_S", 0.0)
    answers, asked_again = [OperationalError("away")], threading.Event()

    def waiting() -> list[int]:
        if answers:
            raise answers.pop()
        asked_again.set()
        return []

    worker = RowWorker("test", waiting=waiting, work=Rows().work, give_up=Rows().give_up)
    worker.start()
    assert asked_again.wait(30)
    worker.stop(30)
