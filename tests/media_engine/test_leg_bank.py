"""All legs of one wire format at once: each one's sound in its own row, and nothing else there."""

import numpy as np
import pytest

from media_engine.codecs import get_codec
from media_engine.dialects import ALAW, L16, MULAW, WireFormat
from media_engine.leg import Leg
from media_engine.leg_bank import LegBank
from media_engine.pcm import Pcm, Wide, samples_per_frame

RATE_HZ = 8000
FRAME = 160
ROWS = 8
LINEAR = WireFormat(L16, RATE_HZ)


class Output:
    """What was sent to the client; may be told to fail."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.marks: list[str] = []
        self.broken = False

    def audio(self, payload: bytes) -> None:
        if self.broken:
            raise RuntimeError("the socket is gone")
        self.sent.append(payload)

    def mark(self, name: str) -> None:
        self.marks.append(name)


def add_leg(bank: LegBank, row: int, wire: WireFormat = LINEAR) -> tuple[Leg, Output]:
    output = Output()
    leg = Leg(f"CA{row}", wire, output, row=row, prefill=1)
    leg.listen()
    bank.add(leg)
    return leg, output


def array(samples: int = FRAME, level: float = 0) -> Wide:
    return np.full((ROWS, samples), level, np.float32)


def linear(level: int) -> bytes:
    return np.full(FRAME, level, "<i2").tobytes()


def levels(payloads: list[bytes]) -> list[int]:
    return [int(np.frombuffer(payload, "<i2")[-1]) for payload in payloads]


def test_each_leg_is_decoded_into_its_own_row_and_other_rows_stay_as_they_are() -> None:
    bank = LegBank(LINEAR, RATE_HZ)
    for row in (6, 1, 4):
        add_leg(bank, row)[0].receive(linear(100 * row))
    spoken = array(level=-1)
    bank.decode(spoken)
    assert spoken[:, 0].tolist() == [-1, 100, -1, -1, 400, -1, 600, -1]
    assert (spoken == spoken[:, :1]).all()


def test_each_leg_is_sent_its_own_row() -> None:
    bank = LegBank(LINEAR, RATE_HZ)
    outputs = [add_leg(bank, row)[1] for row in (6, 1, 4)]
    bank.encode(np.repeat(np.arange(ROWS, dtype=np.float32)[:, np.newaxis], FRAME, axis=1))
    assert [output.sent for output in outputs] == [[linear(6)], [linear(1)], [linear(4)]]


def test_what_is_sent_is_rounded_and_clipped() -> None:
    bank = LegBank(LINEAR, RATE_HZ)
    _, output = add_leg(bank, 0)
    for level in (0.6, 40_000, -40_000):
        bank.encode(array(level=level))
    assert levels(output.sent) == [1, 32767, -32768]


def test_a_patch_is_used_once_in_place_of_the_payload() -> None:
    bank = LegBank(LINEAR, RATE_HZ)
    leg, _ = add_leg(bank, 0)
    leg.receive(linear(1) + linear(2))
    leg.patch = np.full(FRAME, 77, np.float32)
    spoken = array()
    bank.decode(spoken)
    assert (spoken[0] == 77).all()
    bank.decode(spoken)
    assert (spoken[0] == 2).all()


@pytest.mark.parametrize("mix_rate_hz", [8000, 16000, 24000, 48000])
@pytest.mark.parametrize(
    "wire", [LINEAR, WireFormat(L16, 48000), WireFormat(MULAW, 8000), WireFormat(ALAW, 8000)]
)
def test_sound_passes_between_every_format_and_every_mixing_rate(
    wire: WireFormat, mix_rate_hz: int
) -> None:
    bank = LegBank(wire, mix_rate_hz)
    leg, output = add_leg(bank, 2, wire)
    codec = get_codec(wire.encoding)
    level = int(codec.decode(codec.encode(np.array([5000], np.int16)))[0])
    frame = codec.encode(np.full(samples_per_frame(wire.rate_hz), level, np.int16))
    mixed = array(samples_per_frame(mix_rate_hz))
    for _ in range(3):
        leg.receive(frame)
        bank.decode(mixed)
        bank.encode(mixed)
    assert mixed[2] == pytest.approx(level, abs=1)
    received: Pcm = codec.decode(output.sent[-1])
    assert len(output.sent[-1]) == len(frame)
    assert received == pytest.approx(level, abs=1)


def test_when_a_leg_goes_the_others_keep_their_rows_and_their_past() -> None:
    bank = LegBank(LINEAR, 16000)
    legs = [add_leg(bank, row)[0] for row in range(3)]
    spoken = array(320)
    for _ in range(3):
        for leg in legs:
            leg.receive(linear(1000 * leg.row) * 2)
        bank.decode(spoken)
    bank.remove(legs[0])
    bank.decode(spoken)
    # A resampler that had mistaken a row's past would ring at the seam.
    assert spoken[1] == pytest.approx(1000, abs=0.1)
    assert spoken[2] == pytest.approx(2000, abs=0.1)


def test_a_leg_that_is_not_here_can_not_be_removed() -> None:
    bank = LegBank(LINEAR, RATE_HZ)
    leg, _ = add_leg(bank, 0)
    bank.remove(leg)
    assert len(bank) == 0
    with pytest.raises(ValueError, match="not in list"):
        bank.remove(leg)


def test_marks_are_answered_in_the_tick_in_which_they_are_reached() -> None:
    bank = LegBank(LINEAR, RATE_HZ)
    leg, output = add_leg(bank, 0)
    leg.receive(linear(1) + linear(2))
    leg.receive_mark("a")
    answered = []
    for _ in range(3):
        bank.decode(array())
        bank.encode(array())
        answered.append(list(output.marks))
    assert answered == [[], ["a"], ["a"]]


def test_an_output_that_fails_takes_nothing_from_the_others() -> None:
    bank = LegBank(LINEAR, RATE_HZ)
    outputs = [add_leg(bank, row)[1] for row in range(3)]
    outputs[1].broken = True
    with pytest.raises(ExceptionGroup) as failure:
        bank.encode(array(level=5))
    assert [str(error) for error in failure.value.exceptions] == ["the socket is gone"]
    assert [levels(output.sent) for output in outputs] == [[5], [], [5]]
