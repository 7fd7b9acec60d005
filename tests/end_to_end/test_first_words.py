"""Who speaks before the server has answered is heard from the first word on."""

import numpy as np
import pytest

from tests.end_to_end.server import Server
from tests.end_to_end.sound import FRAME, RATE_HZ, noise
from tests.end_to_end.waiting import hear

pytestmark = pytest.mark.end_to_end

SPEECH = noise(9, 20)
ROOM = (
    '<Dial><Conference beep="false" waitUrl="" record="record-from-start">First Words</Conference>'
    "</Dial>"
)
FADED_IN = 80
"""The first 5 ms of a voice come in with a ramp."""


async def test_what_is_said_from_the_start_message_on_is_recorded_from_its_first_sample(
    server: Server,
) -> None:
    room = await server.application(ROOM)
    async with server.caller(room) as bob:
        await hear(bob, 0.5)
        async with server.caller(room, play=SPEECH, eager=True) as alice:
            await hear(bob, 3)
    recorded = (await server.recording_of(await server.conference_of(alice))).sound
    begin = int(np.argmax(recorded != 0))
    assert begin < 2 * RATE_HZ
    words = slice(FADED_IN, FRAME)
    start = begin - int(np.argmax(SPEECH != 0))
    first_frame = recorded[start // FRAME * FRAME :][:FRAME]
    assert np.array_equal(first_frame[words], SPEECH[words])
    numbers = [
        number
        for number in range(100)
        if SPEECH[number * FRAME :][:FRAME].tobytes() in recorded.tobytes()
    ]
    assert len(numbers) > 95
