"""Callers of Janus: plain RTP participants, all behind one UDP socket of ours.

Each has a port of his own at Janus, by which his packets are told apart.
"""

import gc
import random
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, TypeAlias

import numpy as np

from tests.benchmarks import tones
from tests.benchmarks.janus_api import JanusApi
from tests.benchmarks.job import Conditions, Job, Percentiles, TonesResult
from tests.benchmarks.pacing import PERIOD_S, STEPS, behind_even
from tests.benchmarks.process_times import resident_bytes
from tests.benchmarks.rtp import count_lost, read_packet, write_packet
from tests.benchmarks.watch import Watch

_STEP_S: Final = PERIOD_S / STEPS
_RECEIVE_BYTES: Final = 32 << 20
_LONGEST_PACKET: Final = 2048
_SO_RCVBUFFORCE: Final = 33

_TABLE_AT: Final = 10_000
"""The number of Janus' first room."""


Heard: TypeAlias = list[tuple[float, bytes]]
"""When each packet came (seconds of time.perf_counter), and it."""


class RtpCallers:
    """Everybody of a job, joined; they talk while run() runs."""

    def __init__(self, job: Job) -> None:
        self._socket = _udp_socket()
        self.payloads = tones.make_tones(job.rooms, job.seed, job.wire)
        api = JanusApi(job.address.port)
        numbers = {room: _TABLE_AT + number for number, room in enumerate(sorted(set(job.rooms)))}
        for number in numbers.values():
            api.create_room(number)
        port = self._socket.getsockname()[1]
        self._ports = [api.join(numbers[room], port) for room in job.rooms]
        self._api = api
        self._places = [list(range(place, len(self._ports), STEPS)) for place in range(STEPS)]
        random.Random(job.seed).shuffle(self._places)
        self._sent = 0
        self._heard: dict[int, Heard] = {port: [] for port in self._ports}
        self.lateness: list[float] = []

    def run(self, seconds: float, *, keep: bool) -> None:
        """Talk for a while; keep what is heard, or let it go."""
        due = time.perf_counter()
        for step in range(round(seconds / _STEP_S)):
            while (ahead := due - time.perf_counter()) > 0:
                time.sleep(ahead)
            self._receive(keep=keep)
            place = step % STEPS
            if place == 0:
                self._sent += 1
            for caller in self._places[place]:
                self.lateness.append(time.perf_counter() - due)
                packet = write_packet(self._sent, caller + 1, self.payloads[caller])
                # Where nobody listens any more, frames will be missed.
                with suppress(OSError):
                    self._socket.sendto(packet, ("127.0.0.1", self._ports[caller]))
            due += _STEP_S

    def heard(self) -> list[Heard]:
        """Give what each caller heard, in the order of `Job.rooms`."""
        return [self._heard[port] for port in self._ports]

    def close(self) -> None:
        """Leave."""
        self._api.close()
        self._socket.close()

    def _receive(self, *, keep: bool) -> None:
        now = time.perf_counter()
        while True:
            try:
                packet, (_, port) = self._socket.recvfrom(_LONGEST_PACKET)
            except BlockingIOError:
                return
            if keep and port in self._heard:
                self._heard[port].append((now, packet))


def judge(
    job: Job, payloads: Sequence[bytes], heard: Sequence[Heard], measured: tuple[Conditions, int]
) -> TonesResult:
    """See what each caller heard of the others' payloads. ValueError for packets that are no RTP.

    `measured`: what the time was like, and by how many bytes the server grew.
    """
    expected = tones.expected_spectra(job.rooms, payloads, job.wire)
    frames, right, lost = [], [], 0
    for each, spectrum in zip(heard, expected, strict=True):
        packets = [read_packet(packet) for _, packet in each]
        frames.append(len(packets))
        lost += count_lost([sequence for sequence, _ in packets])
        sound = [payload for _, payload in packets]
        right.append(tones.share_heard_right(sound, spectrum, job.wire))
    behind = [behind_even([arrival for arrival, _ in each]) for each in heard]
    conditions, grown_bytes = measured
    return TonesResult(
        conditions=conditions,
        frames_per_s=min(frames) / job.seconds,
        heard_right=min(right),
        departures_ms=Percentiles.of(np.concatenate(behind)),
        grown_bytes=grown_bytes,
        lost=lost / max(1, lost + sum(frames)),
    )


def run_rtp(job: Job) -> TonesResult:
    """Let everybody talk; see who hears what."""
    before = resident_bytes(job.server_pid)
    callers = RtpCallers(job)
    callers.run(job.warm_up_s, keep=False)
    gc.collect()
    gc.disable()
    callers.lateness.clear()
    watch = Watch(job)
    callers.run(job.seconds, keep=True)
    conditions = watch.end(callers.lateness)
    gc.enable()
    grown = resident_bytes(job.server_pid) - before
    callers.close()
    return judge(job, callers.payloads, callers.heard(), (conditions, grown))


def _udp_socket() -> socket.socket:
    """Give a socket at a free port that never blocks; its buffer is as large as we may have it."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BYTES)
    with suppress(PermissionError):
        opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVE_BYTES)
    opened.bind(("127.0.0.1", 0))
    opened.setblocking(False)
    return opened
