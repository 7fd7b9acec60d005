from dataclasses import replace

import pytest

from tests.benchmarks.job import Conditions, Percentiles, TonesResult
from tests.benchmarks.peers_page import Peers, complaints, missed_of, section, tables
from tests.benchmarks.plan import FULL_HOUSE, ONE_ROOM, SMALLER_HOUSE, WHOLE

CONDITIONS = Conditions(0.2, 0.2, 0, Percentiles(0, 0, 0), None, None)


def ran(cpu: float, frames_per_s: float = 50) -> TonesResult:
    conditions = replace(CONDITIONS, server_cpu=cpu)
    return TonesResult(conditions, frames_per_s, 1, Percentiles(0, 0, 0), 4096)


def written(peers: Peers) -> str:
    return section(peers, WHOLE, {"CPU": "some"}, (0, 1), SMALLER_HOUSE)


def test_ratios_are_taken_round_by_round() -> None:
    peers = Peers()
    for repetition, ours, theirs in ((0, 0.2, 0.4), (1, 0.3, 0.3)):
        peers.add(ONE_ROOM, "Confab", repetition, ran(ours))
        peers.add(ONE_ROOM, "Janus", repetition, ran(theirs))
    assert peers.ratios(ONE_ROOM, "Confab", "Janus") == pytest.approx([0.5, 1.0])
    assert missed_of(peers) == ["200 in one room, Confab"]
    assert "**Missed:** 200 in one room, Confab." in tables(peers)
    assert "- 200 in one room, Confab: what the kernel takes" in written(peers)
    peers.add(ONE_ROOM, "Confab", 2, ran(0.2))
    peers.add(ONE_ROOM, "Janus", 2, ran(0.4))
    assert missed_of(peers) == []
    assert "what the kernel takes" not in written(peers)


def test_a_run_that_failed_shifts_no_other() -> None:
    peers = Peers()
    for repetition, ours in ((0, 0.2), (1, 0.6), (2, 0.9)):
        peers.add(ONE_ROOM, "Confab", repetition, ran(ours))
    for repetition, theirs in ((1, 0.6), (2, 1.8)):
        peers.add(ONE_ROOM, "Janus", repetition, ran(theirs))
    assert peers.ratios(ONE_ROOM, "Confab", "Janus") == pytest.approx([1.0, 0.5])


def test_a_run_that_does_not_count_is_in_no_ratio_and_is_named() -> None:
    peers = Peers()
    peers.add(ONE_ROOM, "Confab", 0, ran(0.1))
    peers.add(ONE_ROOM, "Janus", 0, ran(0.4, frames_per_s=49))
    assert peers.ratios(ONE_ROOM, "Confab", "Janus") == []
    assert missed_of(peers) == []
    page = written(peers)
    assert "**Not taken:** 200 in one room, Confab;" in page
    assert "Janus, 200 in one room, run 1: 49.00 frames/s, so it is left out" in page


def test_a_smaller_house_is_shared_by_fewer_and_named() -> None:
    peers = Peers(janus_version="1.2.3")
    for repetition, ours in ((0, 0.8), (1, 1.6)):
        peers.add(FULL_HOUSE, "Confab", repetition, ran(ours))
    peers.add(FULL_HOUSE, "Janus", 0, ran(0.9))
    peers.was_too_much(FULL_HOUSE, "Janus", SMALLER_HOUSE, ran(0.9, frames_per_s=31))
    peers.add(FULL_HOUSE, "Janus", 1, ran(1.0))
    assert peers.costs(FULL_HOUSE, "Janus") == pytest.approx({1: 0.2})
    assert peers.ratios(FULL_HOUSE, "Confab", "Janus") == pytest.approx([1.0])
    page = written(peers)
    assert "31.0 frames/s" in page
    assert "Janus, 500 in rooms of 4" in page
    assert not complaints(peers)


def test_what_failed_or_did_not_deliver_is_named() -> None:
    peers = Peers(failures=["Janus did not start"])
    peers.add(ONE_ROOM, "Confab", 0, ran(0.2, frames_per_s=40))
    assert len(complaints(peers)) == 2
    assert "Janus did not start" in tables(peers)
