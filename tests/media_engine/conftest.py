"""What tests of the engine share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.media_engine.recording_disk import Disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path)
    disk.recorder.start()
    yield disk
    disk.stop()
