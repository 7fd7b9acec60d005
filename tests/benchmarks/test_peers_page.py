from dataclasses import replace

import pytest

from tests.benchmarks.job import Conditions, Percentiles, TonesResult
from tests.benchmarks.peers_page import Peers, complaints, section, tables
from tests.benchmarks.plan import FULL_HOUSE, ONE_ROOM, SMALLER_HOUSE, WHOLE

CONDITIONS = Conditions(0.2, 0.2, 0, Percentiles(0, 0, 0), None, None)


def ran(cpu: float, frames_per_s: float = 50) -> TonesResult:
    conditions = replace(CONDITIONS, server_cpu=cpu)
    return TonesResult(conditions, frames_per_s, 1, Percentiles(0, 0, 0), 4096)


def test_ratios_are_taken_round_by_round() -> None:
    peers = Peers()
    for ours, theirs in ((0.2, 0.4), (0.3, 0.3)):
        peers.add(ONE_ROOM, "Confab", ran(ours))
        peers.add(ONE_ROOM, "Janus", ran(theirs))
    assert peers.ratios(ONE_ROOM, "Confab", "Janus") == pytest.approx([0.5, 1.0])
    assert "**missed**" in tables(peers)
    peers.add(ONE_ROOM, "Confab", ran(0.2))
    peers.add(ONE_ROOM, "Janus", ran(0.4))
    assert "| met" in tables(peers)


def test_a_smaller_house_is_shared_by_fewer_and_named() -> None:
    peers = Peers(janus_version="1.2.3")
    peers.add(FULL_HOUSE, "Confab", ran(0.8))
    peers.add(FULL_HOUSE, "Janus", ran(0.9))
    peers.was_too_much(FULL_HOUSE, "Janus", SMALLER_HOUSE, ran(0.9, frames_per_s=31))
    peers.add(FULL_HOUSE, "Janus", ran(1.0))
    assert peers.costs(FULL_HOUSE, "Janus") == pytest.approx([0.2])
    assert peers.ratios(FULL_HOUSE, "Confab", "Janus") == pytest.approx([0.5])
    page = section(peers, WHOLE, {"CPU": "some"}, (0, 1), SMALLER_HOUSE)
    assert "31.0 frames/s" in page
    assert "Janus, 500 in rooms of 4" in page
    assert not complaints(peers)


def test_what_failed_or_did_not_deliver_is_named() -> None:
    peers = Peers(failures=["Janus did not start"])
    peers.add(ONE_ROOM, "Confab", ran(0.2, frames_per_s=40))
    assert len(complaints(peers)) == 2
    assert "Janus did not start" in tables(peers)
