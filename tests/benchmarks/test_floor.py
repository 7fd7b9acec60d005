"""The floor runs, and what its callers hear is checked: by the same code as for a server."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.benchmarks.floor import Floor
from tests.benchmarks.job import TonesResult
from tests.benchmarks.pinned import choose_cores
from tests.benchmarks.plan import Durations, Scenario
from tests.benchmarks.runs import carry_out
from tests.benchmarks.server import ROOT

BRIEF = Durations(1, 2, 1, 2, 1, 2, 2, 1)
CORE = choose_cores()[1]

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(
        sys.platform != "linux" or shutil.which("gcc") is None, reason="needs Linux and gcc"
    ),
]


def talked(floor: Floor, *rooms: str) -> TonesResult:
    scenario = Scenario("few", "few", "tones", rooms, "floor")
    result = carry_out(floor, scenario, BRIEF, 1, CORE)
    assert isinstance(result, TonesResult)
    return result


def test_everybody_hears_all_others_in_the_room(tmp_path: Path) -> None:
    result = talked(Floor(tmp_path, CORE), "r-0", "r-0", "r-0", "r-1", "r-1")
    assert result.frames_per_s > 25
    assert result.heard_right > 0.9


def test_who_can_not_hear_one_of_the_others_hears_nothing_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (ROOT / "tests/benchmarks/floor.c").read_text()
    deaf = source.replace(
        "i < called; i++)\n        for (int z", "i < called - 1; i++)\n        for (int z"
    )
    assert deaf != source
    (tmp_path / "floor.c").write_text(deaf)
    monkeypatch.setattr("tests.benchmarks.floor.SOURCE", tmp_path / "floor.c")
    result = talked(Floor(tmp_path, CORE), "r-0", "r-0", "r-0")
    assert result.heard_right < 0.1
