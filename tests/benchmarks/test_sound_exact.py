"""The table of exactness; whether its targets are met, the measures' own tests say."""

import pytest

from tests.benchmarks import sound_exact


def test_each_row_says_what_was_to_be_reached_and_what_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_exact, "MINUTES", 1)
    rows = sound_exact.rows()
    assert len({row.what for row in rows}) == len(rows) > 10
    assert all((row.marks or row.told) and all(row.cells()) for row in rows)
