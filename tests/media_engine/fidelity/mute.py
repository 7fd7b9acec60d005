"""How long a voice is still heard after the order to mute it."""

from typing import Final

import numpy as np

from media_engine.commands import SetMuted
from media_engine.dialects import WireFormat
from media_engine.pcm import FRAME_MS, FRAMES_PER_SECOND, samples_per_frame
from tests.media_engine.fidelity.mix import noise
from tests.media_engine.fidelity.simulated_meeting import CONFERENCE_ID, SimulatedMeeting

_SPOKEN_TICKS: Final = FRAMES_PER_SECOND


def heard_after_mute_ms(talks: WireFormat, listens: WireFormat) -> float:
    """Let one talk and be muted; give how much sound a listener is sent from the order on, up to
    the last sample that is not silence, in ms.

    To that the order's own wait for the next tick comes, FRAME_MS at most.
    """
    meeting = SimulatedMeeting()
    meeting.join("listener", listens)
    meeting.join("talker", talks, noise(1, talks.rate_hz))
    meeting.run(_SPOKEN_TICKS)
    assert meeting.heard_frames("listener")[-1].any(), "the talker is not heard"
    meeting.apply(SetMuted(CONFERENCE_ID, "talker", True))
    meeting.run(_SPOKEN_TICKS)
    after = meeting.heard("listener")[_SPOKEN_TICKS * samples_per_frame(listens.rate_hz) :]
    loud = np.flatnonzero(np.abs(after) > 1)
    return (int(loud[-1]) + 1) * 1000 / listens.rate_hz if len(loud) else 0.0


def mute_takes_at_most_ms(talks: WireFormat, listens: WireFormat) -> float:
    """Give the time from the order to silence, where the order has just missed a tick."""
    return heard_after_mute_ms(talks, listens) + FRAME_MS
