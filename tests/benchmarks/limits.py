"""What a figure is to keep, and what becomes of it."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from typing_extensions import override

Verdict = Literal["met", "missed", "not taken"]

_CAUSES: Final = Path(__file__).with_name("causes.md")


@dataclass(frozen=True, slots=True)
class Limit:
    """A mark: what is found must be at most, below, at least, or exactly this."""

    sense: Literal["≤", "<", "≥", "="]
    figure: float

    def holds(self, found: float) -> bool:
        """Tell whether a figure keeps it."""
        return {
            "≤": found <= self.figure,
            "<": found < self.figure,
            "≥": found >= self.figure,
            "=": found == self.figure,
        }[self.sense]

    @override
    def __str__(self) -> str:
        number = f"{self.figure:g}".replace("-", "−")
        return number if self.sense == "=" else f"{self.sense} {number}"


def marked(verdict: Verdict) -> str:
    """Write a verdict as tables have it: what was missed must be seen."""
    return f"**{verdict}**" if verdict == "missed" else verdict


def told_missed(titles: Iterable[str]) -> str:
    """Name what was missed in one line; say so where nothing was."""
    missed = list(titles)
    return f"**Missed:** {'; '.join(missed)}." if missed else "**None was missed.**"


def why_missed(titles: Iterable[str]) -> str:
    """Say of all that was missed why, and what was tried; "" when nothing was.

    It knows causes and no figures, so it can not contradict the table above it.
    """
    causes = read_causes()
    return "\n".join(
        textwrap.fill(
            f"- {title}: {_cause_of(title, causes)}",
            96,
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for title in titles
    )


def read_causes() -> dict[str, str]:
    """Give what is known of causes, by how the titles begin that it is about."""
    _, *parts = f"\n{_CAUSES.read_text()}".split("\n## ")
    headed = (part.partition("\n") for part in parts)
    return {head.strip(): " ".join(text.split()) for head, _, text in headed}


def _cause_of(title: str, causes: dict[str, str]) -> str:
    known = (cause for head, cause in causes.items() if title.startswith(head))
    return next(known, "nobody has looked for the cause yet.")
