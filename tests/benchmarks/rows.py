"""Tables each line of which is judged by marks of its own: of the sound, and of faults."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from tests.benchmarks.limits import Limit, Verdict, marked, told_missed, why_missed
from tests.benchmarks.tables import folded, table

_HEADS: Final = ("what", "asked for", "found", "")


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure with its limit, shown with so many digits."""

    limit: Limit
    figure: float
    digits: int = 0

    @override
    def __str__(self) -> str:
        return f"{self.figure:.{self.digits}f}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class Row:
    """`what` names the units. `marks`: none where nothing was asked for; `told`: what was found,
    where it is more than the figures of the marks.
    """

    what: str
    marks: Sequence[Mark] = ()
    told: str = ""

    @property
    def verdict(self) -> Verdict | None:
        """Judge it; None: nothing was asked for."""
        if not self.marks:
            return None
        kept = all(mark.limit.holds(mark.figure) for mark in self.marks)
        return "met" if kept else "missed"

    def cells(self) -> tuple[str, str, str, str]:
        """Give its line of the table."""
        asked = " / ".join(str(mark.limit) for mark in self.marks) or "–"
        found = " / ".join(map(str, self.marks))
        if self.told:
            found = f"{found} ({self.told})" if found else self.told
        verdict = self.verdict
        return self.what, asked, found, marked(verdict) if verdict else "–"


def one(what: str, limit: Limit, figure: float, digits: int = 0, told: str = "") -> Row:
    """Make a row of a single figure."""
    return Row(what, (Mark(limit, figure, digits),), told)


def rows_table(rows: Iterable[Row]) -> str:
    """Give the table."""
    return table(_HEADS, [row.cells() for row in rows])


def judged_table(rows: Sequence[Row]) -> str:
    """Give the table, what was missed, and why as far as that is known."""
    return "\n\n".join((rows_table(rows), *_judgement(missed_of(rows))))


def _judgement(missed: Sequence[str]) -> Iterator[str]:
    yield folded(told_missed(missed))
    if missed:
        yield why_missed(missed)


def missed_of(rows: Iterable[Row]) -> list[str]:
    """Name what was missed."""
    return [row.what for row in rows if row.verdict == "missed"]
