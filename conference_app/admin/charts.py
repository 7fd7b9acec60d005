"""Numbers as places in a drawing. The templates draw; widths and heights are in per cent."""

from collections.abc import Sequence
from datetime import datetime


def step_area(values: Sequence[float], highest: float) -> str:
    """Give the points of an area under steps, for an SVG polygon in a box of 100 by 100."""
    if not values:
        return ""
    width = 100 / len(values)
    points = ["0,100"]
    for place, value in enumerate(values):
        top = 100 - 100 * value / highest
        points += [f"{place * width:.2f},{top:.2f}", f"{(place + 1) * width:.2f},{top:.2f}"]
    return " ".join([*points, "100,100"])


def round_up(value: int) -> int:
    """Give a round number for the top of a scale: 4, or 1, 2, 4 or 5 tens, hundreds … that is not
    less.
    """
    top = 4
    while top < value:
        digits = str(top)
        factor = {"1": 2, "2": 2, "4": 1.25, "5": 2}[digits[0]]
        top = 10 if top == 4 else round(top * factor)
    return top


def place_between(moment: datetime, start: datetime, end: datetime) -> float:
    """Give how far a moment is on the way from start to end, 0 to 100; what is outside, at its
    edge.
    """
    whole = (end - start).total_seconds()
    passed = (moment - start).total_seconds()
    return round(min(100.0, max(0.0, 100 * passed / whole)), 2) if whole > 0 else 0.0
