"""The two threads in which recordings are finished: one for the files, one for their MP3s.

Encoding takes a hundred times as long as the rest, and nobody who waits for the end of a recording
is to wait for it.
"""

from typing import Final

from conference_app.services import recording_finishing
from conference_app.services.row_worker import RowWorker

STOP_S: Final = (5.0, 1.0)
"""At a stop short recordings are finished yet, which is most of them; MP3s can wait for the next
start.
"""

_workers: list[RowWorker] = []


def start() -> None:
    """Start the threads of this process; before the engine, which writes where they clear up."""
    if _workers:
        return
    recording_finishing.clear_up()
    encoder = RowWorker(
        "mp3-encoder",
        waiting=recording_finishing.waiting_for_mp3,
        work=recording_finishing.add_mp3,
        give_up=recording_finishing.do_without_mp3,
    )

    def finish(pk: int) -> None:
        recording_finishing.finish(pk)
        encoder.wake()

    finisher = RowWorker(
        "recording-finisher",
        waiting=recording_finishing.waiting,
        work=finish,
        give_up=recording_finishing.give_up,
    )
    _workers.extend((finisher, encoder))
    for worker in _workers:
        worker.start()


def wake() -> None:
    """Say that a recording is to be finished; from any thread."""
    for worker in _workers[:1]:
        worker.wake()


def stop() -> None:
    """Stop the threads; what they leave behind is done after the next start."""
    for worker, within_s in zip(_workers, STOP_S, strict=False):
        worker.stop(within_s)
    _workers.clear()
