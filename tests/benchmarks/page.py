"""The tables, and docs/benchmarks.md around them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from tests.benchmarks.figures import (
    LEAST_FRAMES_PER_S,
    LEAST_HEARD_RIGHT,
    QUIET_BELOW,
    Results,
    complaints,
    cpu_percent,
    delays_of,
    most_cpu_elsewhere,
    spread,
)
from tests.benchmarks.job import TonesResult
from tests.benchmarks.plan import COSTS, FETCHES, HOSTILE, PAIRS, TALKERS, Durations, Scenario

_Reading: TypeAlias = Callable[[Scenario, TonesResult], float | None]

_COST_ROWS: Final[tuple[tuple[str, _Reading, int], ...]] = (
    (
        "**CPU a participant, % of one core** (target < 0.25)",
        cpu_percent,
        3,
    ),
    ("frames/s received, worst caller", lambda _, run: run.frames_per_s, 2),
    ("frames heard right, worst caller, %", lambda _, run: run.heard_right * 100, 2),
    ("tick lateness p50, ms", lambda _, run: _tick(run, "p50"), 2),
    ("tick lateness p99, ms (target < 5)", lambda _, run: _tick(run, "p99"), 2),
    ("tick lateness max, ms", lambda _, run: _tick(run, "max"), 1),
    ("ticks skipped", lambda _, run: run.conditions.skipped_ticks, 0),
    ("frames behind an even 20 ms, p50, ms", lambda _, run: run.departures_ms.p50, 1),
    ("frames behind an even 20 ms, p99, ms", lambda _, run: run.departures_ms.p99, 1),
    ("frames behind an even 20 ms, max, ms", lambda _, run: run.departures_ms.max, 1),
    ("callers' frames sent late, p99, ms", lambda _, run: run.conditions.send_lateness_ms.p99, 1),
    ("callers' own CPU, % of their core", lambda _, run: run.conditions.generator_cpu * 100, 0),
    ("CPU of all else, % of one core", lambda _, run: run.conditions.other_cpu * 100, 0),
)

_ASTERISK_ROW: Final = (
    "Asterisk 23.4.1 ConfBridge, CPU a participant",
    ("0.45", "0.35"),
)

_DELAY_TARGETS: Final = {"default": "≤ 60 / ≤ 80", "off": "≤ 25 / –"}

_TEXT: Final = """\
# Benchmarks

Written by `make bench` (some 5 minutes); do not edit. `python -m tests.benchmarks --quick`
takes each figure once and briefly, and writes nothing. Figures are min / median / max of
{repetitions} runs, each with a server process and callers of its own.
{cores}

{machine}

## Delay

What the server adds, from frame in to frame out: {pairs} rooms of two with each kind of jitter
buffer (`jitterBufferSize`), L16 at 16 kHz.

{delay}

## Cost

All talk, μ-law at 8 kHz, 50 frames of 20 ms a second each way, over WebSockets.

{cost}

Asterisk's figures are of other runs on a like machine: chan_websocket, PCMU, server and callers
on different cores.

## Bad answers

{talkers} talk in one room; {fetches} more call at once, each of whom is to wait with something
that a hostile server sends: a few bytes a second, sound without end, 50 MB in a small archive,
noise in place of sound, nothing at all.

{fetches_table}

## How each figure was taken

The server is `python -m project.serve` after `manage.py bootstrap`: SQLite, an empty data
directory, CONFAB_MAX_PARTICIPANTS=1000, nothing else changed. All its threads are pinned to one
core, the callers' process to another. Callers speak the `native` dialect, prove themselves by
HTTP Basic, and answer pings. Their frames have absolute deadlines, spread over the 20 ms at
random. They run TwiML bins with `<Conference beep="false" waitUrl="" maxParticipants="1000">`.

- **Delay.** In silence a caller sends one loud frame every 0.4 s or so; the delay is from just
  before that frame is written to its socket, to the arrival of the frame in which the other one
  of the pair hears it. Levels come round in turn, so that no click is taken for another; one
  that was faded into its neighbour, because the buffer shrank just then, counts as missed. It
  includes both ends' kernels and how late the callers' own loop reads, but not how late it
  sends. Measured {clicks_s:g} s, {clicks_warm_up_s:g} s after the last has joined.
- **CPU a participant.** User and system time of all threads of the server process
  (/proc/PID/stat) over {tones_s:g} s, {tones_warm_up_s:g} s after the last has joined, by time
  and participants.
- **Frames received, heard right.** Each hums a tone that fits into 20 ms a whole number of
  times, so the spectrum of every frame that a caller should hear is known: the sum of the
  others, without its own. A frame is right when its distance from that is at most a quarter of
  it. The worst caller counts. Runs below {least_frames} frames/s or {least_right:.0%} heard
  right do not count, and are named here.
- **Tick lateness, ticks skipped.** By the server's own account at /healthz: how long after its
  deadline each tick began. Lateness is since the server's start, so it includes the first
  request, which loads what a request needs, and the callers' coming in; skipped ticks are those
  of the measured time.
  While bad answers are read it is that of the measured time alone, from the first call on.
- **Frames behind an even 20 ms.** The same from outside, of all callers: how far frames arrive
  behind even steps, the least late frame of each caller being on time. It includes how long the
  tick takes to get to that caller, and how late the callers' own loop reads.
- **Callers' own CPU, CPU of all else.** The former must stay well below 100 %, or the figures
  are of the callers; the latter is everything else that ran on this machine meanwhile, stolen
  time included.
"""


def tables(results: Results) -> str:
    """Give all tables, and what is wrong with the runs."""
    parts = (delay_table(results), cost_tables(results), fetches_table(results))
    return "\n\n".join((*parts, *_warnings(results)))


def delay_table(results: Results) -> str:
    """Compare the jitter buffers."""
    rows = []
    for buffer, target in _DELAY_TARGETS.items():
        runs = [delays_of(result, buffer) for result in results.clicks]
        rows.append(
            (
                buffer,
                target,
                spread((run.ms.p50 for run in runs), 1),
                spread((run.ms.p99 for run in runs), 1),
                spread((run.ms.max for run in runs), 1),
                f"{sum(run.missed for run in runs)} of {sum(run.clicks for run in runs)}",
            )
        )
    late = [run.conditions.send_lateness_ms for run in results.clicks]
    note = (
        "The callers' own loop was late by"
        f" {spread((run.p50 for run in late), 2)} ms (p50) and"
        f" {spread((run.p99 for run in late), 2)} ms (p99)."
    )
    heads = ("buffer", "p50 / p99 target", "p50, ms", "p99, ms", "max, ms", "clicks missed")
    return f"{_table(heads, rows)}\n\n{note}"


def fetches_table(results: Results) -> str:
    """Tell how late ticks were while bad answers were read."""
    runs = [result.conditions for result in results.fetches]
    late = [run.tick_lateness_ms for run in runs if run.tick_lateness_ms is not None]
    rows = (
        ("tick lateness p50, ms", spread((run.p50 for run in late), 2)),
        ("tick lateness p99, ms (target < 5)", spread((run.p99 for run in late), 2)),
        ("tick lateness max, ms", spread((run.max for run in late), 1)),
        ("ticks skipped", spread((run.skipped_ticks for run in runs), 0)),
        ("CPU of the server, % of its core", spread((run.server_cpu * 100 for run in runs), 0)),
    )
    return _table(("", HOSTILE.title), rows)


def cost_tables(results: Results) -> str:
    """Give a table for each number of participants."""
    by_number: dict[int, list[Scenario]] = {}
    for scenario in COSTS:
        by_number.setdefault(len(scenario.rooms), []).append(scenario)
    return "\n\n".join(_cost_table(results, scenarios) for scenarios in by_number.values())


def _cost_table(results: Results, scenarios: Sequence[Scenario]) -> str:
    rows = [
        (title, *(_cell(results, scenario, read, digits) for scenario in scenarios))
        for title, read, digits in _COST_ROWS
    ]
    if len(scenarios[0].rooms) == 200:
        title, figures = _ASTERISK_ROW
        rows.insert(1, (title, *figures))
    heads = ("", *(scenario.title for scenario in scenarios))
    return _table(heads, rows)


def _cell(results: Results, scenario: Scenario, read: _Reading, digits: int) -> str:
    runs = results.tones.get(scenario, [])
    return spread((read(scenario, run) for run in runs), digits)


def write_page(
    results: Results, durations: Durations, machine: Mapping[str, str], cores: tuple[int, int]
) -> str:
    """Give docs/benchmarks.md."""
    return _TEXT.format(
        repetitions=durations.repetitions,
        cores=told_cores(cores),
        machine="\n".join(f"- {name}: {value}" for name, value in machine.items()),
        pairs=PAIRS,
        delay="\n\n".join((delay_table(results), *_warnings(results))),
        cost=cost_tables(results),
        talkers=TALKERS,
        fetches=FETCHES,
        fetches_table=fetches_table(results),
        clicks_s=durations.clicks_s,
        clicks_warm_up_s=durations.clicks_warm_up_s,
        tones_s=durations.tones_s,
        tones_warm_up_s=durations.tones_warm_up_s,
        least_frames=LEAST_FRAMES_PER_S,
        least_right=LEAST_HEARD_RIGHT,
    )


def told_cores(cores: tuple[int, int]) -> str:
    """Say who ran where."""
    server, callers = cores
    if server == callers:
        return "There was one core only, which server and callers shared: delays are worse for it."
    return f"The server was pinned to core {server}, the callers to core {callers}."


def _tick(run: TonesResult, percentile: str) -> float | None:
    ticks = run.conditions.tick_lateness_ms
    if ticks is None:
        return None
    figure: float = getattr(ticks, percentile)
    return figure


def _warnings(results: Results) -> Iterable[str]:
    if (elsewhere := most_cpu_elsewhere(results)) > QUIET_BELOW:
        yield (
            f"**This machine was not quiet:** all else took up to {elsewhere:.0%} of a core, which"
            "\nraises the CPU figures and lengthens every tail."
        )
    found = complaints(results)
    if found:
        yield "**Not as it should be:**\n\n" + "\n".join(f"- {line}" for line in found)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [heads, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| "
        + " | ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    )
