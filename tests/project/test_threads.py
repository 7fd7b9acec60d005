"""The thread that ticks takes precedence over those after it; in a process of its own, for it
lasts.
"""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from project.threads import MORE_NICENESS, SLICE_NS

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux knows priorities of threads"
)

SCRIPT = """
import concurrent.futures, ctypes, json, os, platform, struct, subprocess, sys, threading
from project import threads

def scheduling():
    number = {"x86_64": 315, "aarch64": 275}[platform.machine()]
    attributes = ctypes.create_string_buffer(48)
    assert ctypes.CDLL(None).syscall(number, 0, attributes, 48, 0) == 0
    _, policy, _, nice, _, slice_ns, _, _ = struct.unpack("=IIQiIQQQ", attributes.raw)
    return {"policy": policy, "niceness": nice, "slice_ns": slice_ns}

before = scheduling()
if "without" in sys.argv:
    threads._SYSCALLS.clear()
threads.take_precedence(real_time="in real time" in sys.argv)
with concurrent.futures.ThreadPoolExecutor() as pool:
    others = [pool.submit(scheduling).result() for _ in range(2)]
print(json.dumps([before, scheduling(), *others]))
"""


def run(*arguments: str) -> list[dict[str, Any]]:
    """How the first thread was scheduled before, is then, and how those after it are."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True, check=True
    )
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return told


def test_new_threads_are_batch_work_of_less_weight_and_the_first_keeps_its_own() -> None:
    before, own, *others = run()
    assert (own["policy"], own["niceness"]) == (os.SCHED_OTHER, before["niceness"])
    for other in others:
        assert other["policy"] == os.SCHED_BATCH
        assert other["niceness"] == min(before["niceness"] + MORE_NICENESS, 19)


def test_the_first_asks_for_short_slices_and_the_others_have_the_usual_ones() -> None:
    before, own, *others = run()
    if not before["slice_ns"]:
        pytest.skip("this kernel has no slices to ask for")
    assert own["slice_ns"] == SLICE_NS
    assert [other["slice_ns"] for other in others] == [before["slice_ns"]] * len(others)


def test_in_real_time_only_the_first_goes_before_all_else() -> None:
    before, own, *others = run("in real time")
    if own["policy"] != os.SCHED_RR:
        pytest.skip("we may not ask for it")
    for other in others:
        assert other["policy"] == os.SCHED_BATCH
        assert other["niceness"] == min(before["niceness"] + MORE_NICENESS, 19)


def test_a_child_of_the_first_does_not_run_in_real_time() -> None:
    script = (
        "import os, subprocess, sys; from project.threads import take_precedence;"
        "take_precedence(real_time=True);"
        "print(subprocess.run([sys.executable, '-c', 'import os; print(os.sched_getscheduler(0))'],"
        " capture_output=True, text=True).stdout)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) == os.SCHED_OTHER


def test_on_a_machine_that_we_do_not_know_threads_have_less_weight_still() -> None:
    before, own, *others = run("without")
    assert own == before
    expected = min(before["niceness"] + MORE_NICENESS, 19)
    assert [other["niceness"] for other in others] == [expected] * len(others)
