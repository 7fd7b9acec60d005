"""What a child process of the bridge gets of its environment, which has its secrets."""

import os
import sys
from typing import Final

_PASSED_ON: Final = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")


def child_environment() -> dict[str, str]:
    """Give the environment of a child that runs modules of ours, with one thread for numpy."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed_on | {
        "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
        "OPENBLAS_NUM_THREADS": "1",
    }
