"""`manage.py runserver`: Daphne offers no short way for frames, so they go by receive and send."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.server import RunServer, Server
from tests.end_to_end.sound import MOST, frame_numbers, noise, share_of_frames_heard
from tests.end_to_end.waiting import hear

pytestmark = pytest.mark.end_to_end

RUNSERVER = ("manage.py", "runserver", "--noreload", "127.0.0.1:{port}")


@pytest.fixture
def daphne(a_server: RunServer) -> Iterator[Server]:
    """The development server."""
    with a_server(RUNSERVER) as server:
        yield server


async def test_two_callers_hear_each_other_on_the_development_server(daphne: Server) -> None:
    room = await daphne.application(
        '<Dial><Conference beep="false" waitUrl="">Room 1234</Conference></Dial>'
    )
    voices = noise(1, 20), noise(2, 20)
    alice, bob = (daphne.caller(room, play=voice) for voice in voices)
    async with alice, bob:
        await hear(bob, 3)
    for listener, voice in ((alice, voices[1]), (bob, voices[0])):
        numbers = frame_numbers(listener.sound.frames, voice)
        assert share_of_frames_heard(numbers) > MOST
        assert len(set(numbers)) > 100
