"""What an agent says at once is given to its leg as it is due."""

from conference_app.streams import agent_playout
from conference_app.streams.agent_playout import AgentPlayout
from media_engine import Leg
from media_engine.dialects import MULAW, WireFormat

WIRE = WireFormat(MULAW, 8000)
FRAME = WIRE.bytes_per_frame


class Output:
    """What the agent is sent."""

    def __init__(self) -> None:
        self.marks: list[str] = []

    def audio(self, payload: bytes) -> None:
        """Nobody listens."""

    def mark(self, name: str) -> None:
        self.marks.append(name)


class Line:
    """A leg that hears everything, one tick at a time."""

    def __init__(self) -> None:
        self.output = Output()
        self.leg = Leg("CA1", WIRE, self.output, row=0)
        self.leg.listen()
        self.playout = AgentPlayout(self.leg)
        self.leg.poll = self.playout.top_up

    def heard(self, ticks: int) -> bytes:
        payloads = []
        for _ in range(ticks):
            payloads.append(self.leg.next_payload())
            self.leg.answer_marks()
        return b"".join(payloads)


def speech(frames: float) -> bytes:
    """Sound of which no two frames are equal, and none is silence."""
    return bytes(n % 100 for n in range(round(frames * FRAME)))


def test_all_that_was_said_at_once_is_heard_in_order() -> None:
    line = Line()
    spoken = speech(200)
    for start in range(0, len(spoken), 1000):
        line.playout.receive(spoken[start : start + 1000])
    assert line.heard(210).strip(b"\xff") == spoken.strip(b"\xff")


def test_a_mark_comes_back_when_what_was_before_it_has_been_heard() -> None:
    line = Line()
    line.playout.receive(speech(50.5))
    line.playout.receive_mark("end")
    line.heard(50)
    assert line.output.marks == []
    line.heard(5)
    assert line.output.marks == ["end"]


def test_what_is_cleared_is_not_heard_and_its_marks_come_back_at_once() -> None:
    line = Line()
    line.playout.receive(speech(100))
    line.playout.receive_mark("one")
    line.playout.receive(speech(100))
    line.playout.receive_mark("two")
    line.heard(20)
    line.playout.clear()
    line.heard(2)
    assert line.output.marks == ["one", "two"]
    line.heard(20)
    assert line.heard(10) == b"\xff" * FRAME * 10


def test_it_says_when_it_is_full_and_has_room_again() -> None:
    line = Line()
    line.playout.receive(bytes(agent_playout.MAX_BYTES))
    fullness = [line.playout.is_full]
    line.heard(5)
    fullness.append(line.playout.is_full)
    line.playout.receive(speech(50))
    fullness.append(line.playout.is_full)
    line.playout.clear()
    fullness.append(line.playout.is_full)
    assert fullness == [True, False, True, False]
