"""Threads stand back for the one that ticks; in a process of its own, for that lasts."""

import json
import subprocess
import sys

import pytest

SCRIPT = """
import concurrent.futures, json, os, threading
from project.threads import let_new_threads_stand_back
let_new_threads_stand_back()
def niceness():
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
with concurrent.futures.ThreadPoolExecutor() as pool:
    print(json.dumps([niceness(), pool.submit(niceness).result(), pool.submit(niceness).result()]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows priorities of threads")
def test_new_threads_have_a_lower_priority_and_the_first_keeps_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    own, first, second = json.loads(done.stdout)
    assert first == second == min(own + 10, 19)
