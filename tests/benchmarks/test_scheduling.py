import os
import threading

from tests.benchmarks.scheduling import told_scheduling


def test_the_first_thread_and_all_others_are_told() -> None:
    over = threading.Event()
    beside = threading.Thread(target=over.wait)
    beside.start()
    told = told_scheduling(os.getpid())
    over.set()
    beside.join()
    assert told.startswith("the thread that ticks SCHED_")
    assert "others: " in told
    assert not told.endswith("none")
