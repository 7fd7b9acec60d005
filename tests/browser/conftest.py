"""The server of the end-to-end tests, and what a browser says."""

from pathlib import Path

import pytest

from tests.browser.chromium import pulses, write_microphone
from tests.end_to_end.conftest import (  # noqa: F401 # fixtures
    hold_music,
    music_directory,
    server,
    web,
)

BROWSERS_HZ = 1000


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound file with pulses of BROWSERS_HZ."""
    path = tmp_path_factory.mktemp("microphone") / "tone.wav"
    return write_microphone(path, pulses(BROWSERS_HZ))
