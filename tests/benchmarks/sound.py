"""Take the figures of the sound, and where a tick's time goes: `python -m tests.benchmarks.sound`.

They are taken in simulated time, through the engine itself; only what costs time is timed.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import uvloop

from tests.benchmarks import frame_path, sound_exact, sound_jitter, sound_voice
from tests.benchmarks.limits import told_missed
from tests.benchmarks.machine import SOUND_PACKAGES, describe
from tests.benchmarks.page import PAGE, listed
from tests.benchmarks.rows import Row, judged_table, missed_of
from tests.benchmarks.sections import write_section
from tests.benchmarks.server import ROOT
from tests.benchmarks.tables import table

LEGS: Final = 200

HOUSES: Final = {
    f"{LEGS} in rooms of 4": (LEGS, 4, LEGS),
    f"{LEGS} in one room": (LEGS, LEGS, LEGS),
    "5 talk, 1000 listen": (1005, 1005, 5),
}
"""Legs, how many are in a room, and how many of these talk."""

_TEXT: Final = Path(__file__).with_name("section_of_sound.md").read_text()


def main() -> None:
    """Print and write the section."""
    rows = [*sound_exact.rows(), *sound_jitter.rows(), *sound_voice.rows()]
    text = section(rows, _stages(), describe(SOUND_PACKAGES))
    print(text)
    write_section(PAGE, "sound", text)
    print(f"written: {PAGE.relative_to(ROOT)}\n\n{told_missed(missed_of(rows))}")


def section(rows: Sequence[Row], stages: str, machine: Mapping[str, str]) -> str:
    """Give this section of docs/benchmarks.md."""
    return _TEXT.format(
        machine=listed(machine),
        sound=judged_table(rows),
        stages=stages,
    )


def _stages() -> str:
    columns = [uvloop.run(frame_path.measure(*house)) for house in HOUSES.values()]
    rows = [
        (
            one[0].name,
            *(f"{stage.microseconds:.2f}" for stage in one),
            frame_path.STAGES[one[0].name],
        )
        for one in zip(*columns, strict=True)
    ]
    sums = [f"{sum(stage.microseconds for stage in column):.2f}" for column in columns]
    return table(("stage", *HOUSES, "what it is"), [*rows, ("all", *sums, "")])


if __name__ == "__main__":
    main()
