"""What the program of a call reads of its leg's events."""

import logging

import pytest

from conference_app.engine import LISTENER_EVENTS, LISTENER_INTERRUPTIONS, LegEvents
from media_engine.events import DigitPressed, LegClosed, LegInterrupted


async def test_interruptions_pass_the_other_events_by() -> None:
    events = LegEvents()
    for event in (DigitPressed("CA1", "1"), LegInterrupted("CA1", "now"), LegClosed("CA1")):
        events.put(event)
    assert await events.interruption() == "now"
    assert [await events.get(), await events.get()] == [DigitPressed("CA1", "1"), LegClosed("CA1")]


async def test_a_program_that_is_stuck_loses_what_is_too_much(
    caplog: pytest.LogCaptureFixture,
) -> None:
    events = LegEvents()
    with caplog.at_level(logging.ERROR):
        for _ in range(LISTENER_EVENTS + 1):
            events.put(DigitPressed("CA1", "1"))
        for number in range(LISTENER_INTERRUPTIONS + 1):
            events.put(LegInterrupted("CA1", str(number)))
    assert [record.args for record in caplog.records] == [("DigitPressed",), ("LegInterrupted",)]
    assert await events.interruption() == "0"
