"""A voice is silent soon after the order to mute it."""

import pytest

from media_engine.dialects import L16, MULAW, WireFormat
from tests.media_engine.fidelity.mute import heard_after_mute_ms, mute_takes_at_most_ms

WIRES = [WireFormat(MULAW, 8000), WireFormat(L16, 16_000), WireFormat(L16, 48_000)]


@pytest.mark.parametrize("talks", WIRES, ids=str)
@pytest.mark.parametrize("listens", WIRES, ids=str)
def test_mute_takes_effect_in_60_ms_wherever_in_a_tick_the_order_comes(
    talks: WireFormat, listens: WireFormat
) -> None:
    assert 0 < mute_takes_at_most_ms(talks, listens) <= 60


def test_the_voice_fades_and_does_not_break_off() -> None:
    wire = WireFormat(L16, 16_000)
    assert 4 < heard_after_mute_ms(wire, wire) <= 5
