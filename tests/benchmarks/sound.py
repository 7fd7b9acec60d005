"""Take the figures of the sound, and where a tick's time goes: `python -m tests.benchmarks.sound`.

They are taken in simulated time, through the engine itself; only what costs time is timed.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import uvloop

from tests.benchmarks import frame_path, sound_exact, sound_jitter, sound_voice
from tests.benchmarks.machine import describe
from tests.benchmarks.page import PAGE
from tests.benchmarks.sections import write_section
from tests.benchmarks.server import ROOT
from tests.benchmarks.sound_exact import Row

LEGS: Final = 200
ROOMS_OF: Final = (4, LEGS)

_TEXT: Final = Path(__file__).with_name("section_of_sound.md").read_text()


def main() -> None:
    """Print and write the section."""
    sound = [*sound_exact.rows(), *sound_jitter.rows(), *sound_voice.rows()]
    text = _TEXT.format(
        machine=describe()["CPU"],
        sound=_table(("what", "target", "found"), sound),
        legs=LEGS,
        stages=_stages(),
    )
    print(text)
    write_section(PAGE, "sound", text)
    print(f"written: {PAGE.relative_to(ROOT)}")


def _stages() -> str:
    columns = [uvloop.run(frame_path.measure(LEGS, room_of)) for room_of in ROOMS_OF]
    rows = [
        (
            one[0].name,
            *(f"{stage.microseconds:.2f}" for stage in one),
            frame_path.STAGES[one[0].name],
        )
        for one in zip(*columns, strict=True)
    ]
    sums = [f"{sum(stage.microseconds for stage in column):.2f}" for column in columns]
    heads = ("stage", *(f"rooms of {room_of}" for room_of in ROOMS_OF), "what it is")
    return _table(heads, [*rows, ("all", *sums, "")])


def _table(heads: Sequence[str], rows: Sequence[Row | tuple[str, ...]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
