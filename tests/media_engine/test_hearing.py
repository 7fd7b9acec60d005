"""Who hears whom, against the rule written out for each pair."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from media_engine.events import Audibility
from media_engine.hearing import Hearing

FRAME = 160
LEGS = "abcde"

_leg = st.sampled_from(LEGS)
_gain = st.sampled_from([0.0, 0.5, 1.0, 2.0])
_change = st.one_of(
    st.fixed_dictionaries({"muted": st.booleans()}),
    st.fixed_dictionaries({"held": st.booleans()}),
    st.fixed_dictionaries({"deaf": st.booleans()}),
    st.fixed_dictionaries({"volume": _gain}),
    st.fixed_dictionaries({"coached": st.none() | _leg}),
    st.fixed_dictionaries({"volumes": st.dictionaries(_leg, _gain, max_size=3)}),
)
_step = st.tuples(_leg, st.one_of(st.sampled_from(["come", "go"]), _change))


def spoken_by(legs: dict[str, Audibility]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """A constant for each leg, the powers of ten: a sum tells whom it has."""
    levels = np.array([10.0 ** LEGS.index(leg_id) for leg_id in legs], np.float32)
    return np.repeat(levels[:, np.newaxis], FRAME, axis=1)


@settings(deadline=None)
@given(steps=st.lists(_step, max_size=30))
def test_each_pair_hears_as_its_rule_says(steps: list[tuple[str, Any]]) -> None:
    hearing, legs = Hearing(), dict[str, Audibility]()
    for leg_id, what in steps:
        if leg_id not in legs and what != "go":
            state = Audibility(**(what if isinstance(what, dict) and "deaf" not in what else {}))
            hearing.add(leg_id, state)
            legs[leg_id] = state
        elif leg_id in legs and what == "go":
            hearing.remove(leg_id)
            del legs[leg_id]
        elif leg_id in legs and isinstance(what, dict):
            was_other = hearing.change(leg_id, **what)
            assert was_other == (hearing[leg_id] != legs[leg_id])
            legs[leg_id] = hearing[leg_id]
    spoken = spoken_by(legs)
    hearing.mix(spoken)  # the tick of the ramps
    heard, total = hearing.mix(spoken)
    for row, (listener, state) in enumerate(legs.items()):
        expected = sum(
            one.gain_for(listener) * 10.0 ** LEGS.index(speaker)
            for speaker, one in legs.items()
            if speaker != listener
        )
        assert heard[row, -1] == (0 if state.deaf else expected)
    in_the_recording = sum(
        one.volume * 10.0 ** LEGS.index(leg_id)
        for leg_id, one in legs.items()
        if not (one.muted or one.held or one.coached)
    )
    assert total[-1] == in_the_recording
