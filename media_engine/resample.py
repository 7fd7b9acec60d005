"""Sample rate conversion: `Resampler` for live legs, `resample_clip` for whole files.

Both are polyphase FIR filters with a Kaiser-windowed sinc, worked as matrix products. The products
repeat where input and output samples coincide again, so a block of output is a window of input
times one constant matrix, for all legs at once:

    window of input (legs, history + block_in)  @  kernel (history + block_in, block_out)
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from media_engine.errors import UnsupportedFormat
from media_engine.pcm import Pcm, Rows, Wide, samples_per_frame, to_pcm


@dataclass(frozen=True, slots=True)
class _Lowpass:
    """A Kaiser-windowed sinc. Its unit of time is one sample of the lower of the two rates."""

    reach: int
    """Half its length: how far to each side it listens."""
    cutoff: float
    """Where it has fallen by 6 dB, as a fraction of half the lower rate."""
    beta: float
    """The Kaiser window's trade of stop band depth against width."""

    def at(self, distance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the impulse response at these distances from its middle, in no particular scale."""
        # An end tap that rounding puts inside on one side only would bend the phase.
        inside = np.abs(distance) < self.reach - 1e-6
        near = distance[inside]
        window = np.i0(self.beta * np.sqrt(1 - (near / self.reach) ** 2))
        response = np.zeros_like(distance)
        response[inside] = window * np.sinc(self.cutoff * near)
        return response


_LIVE: Final = _Lowpass(reach=20, cutoff=0.985, beta=9.0)
"""Flat within 0.01 dB to 0.425 of the lower rate, 90 dB down from 0.575 of it.

Between the two a live leg may fold: a steeper filter would be later than 2.5 ms at 8 kHz."""

_OFFLINE: Final = _Lowpass(reach=64, cutoff=0.95, beta=10.0)
"""Flat to 0.45 of the lower rate, 95 dB down from half of it: nothing folds back."""


def _kernel(
    lowpass: _Lowpass, from_hz: int, to_hz: int, inputs: range, outputs: range, delay: int = 0
) -> Wide:
    """Give the matrix that turns the samples `inputs` into the samples `outputs`.

    Both are counted from time 0. `delay`, in samples of the lower rate, is how much later the
    output is than the input. `inputs` must hold all that the outputs depend on. Each column sums
    to 1, so a constant stays what it is.
    """
    low = min(from_hz, to_hz)
    at_input = np.arange(inputs.start, inputs.stop) * (low / from_hz)
    at_output = np.arange(outputs.start, outputs.stop) * (low / to_hz) - delay
    weights = lowpass.at(at_output - at_input[:, np.newaxis])
    kernel: Wide = (weights / weights.sum(axis=0)).astype(np.float32)
    return kernel


def _live_history(from_hz: int, to_hz: int) -> int:
    return 2 * _LIVE.reach * from_hz // min(from_hz, to_hz) - 1


@cache
def _live_kernel(from_hz: int, to_hz: int, blocks: int) -> Wide:
    """Give the kernel of one block when the 20 ms frame is cut in `blocks` of them."""
    inputs = range(-_live_history(from_hz, to_hz), samples_per_frame(from_hz) // blocks)
    outputs = range(samples_per_frame(to_hz) // blocks)
    return _kernel(_LIVE, from_hz, to_hz, inputs, outputs, delay=_LIVE.reach)


_FEW_LEGS: Final = 6
_BLOCKS_FOR_FEW: Final = 2
_BLOCKS_FOR_MANY: Final = 8
"""Short blocks multiply fewer zeros, long ones take fewer calls; measured: even at 6 to 12 legs."""

_MULTIPLICATIONS_A_CALL: Final = 500_000
"""Above about this OpenBLAS wakes its threads, which then spin: twice the CPU for no time won."""


class Resampler:
    """Converts the sound of a bank of legs between two of our rates; one leg is one row.

    Each row keeps its own history, so frames follow each other without a seam. A frame in gives
    exactly one frame out, `delay_samples` late. Equal rates pass through untouched.
    """

    def __init__(self, from_hz: int, to_hz: int, legs: int = 0) -> None:
        """Start with `legs` silent rows; ValueError for a rate that is not in `pcm.RATES_HZ`."""
        self._frame_in: Final = samples_per_frame(from_hz)
        self._frame_out: Final = samples_per_frame(to_hz)
        self._rates: Final = (from_hz, to_hz)
        self._history: Final = _live_history(from_hz, to_hz) if from_hz != to_hz else 0
        self._legs = legs
        # One row: what the filter still needs of the past, then the frame being converted.
        self._windows = self._make_windows(legs)

    def __len__(self) -> int:
        """Number of rows."""
        return self._legs

    @property
    def delay_samples(self) -> int:
        """How much later the sound comes out, exactly, in samples of the output rate.

        It is 2.5 ms where the lower rate is 8 kHz, 1.25 ms for 16, 0.83 ms for 24, none where the
        rates are equal.
        """
        from_hz, to_hz = self._rates
        return 0 if from_hz == to_hz else _LIVE.reach * to_hz // min(from_hz, to_hz)

    def add_row(self) -> int:
        """Add a row with a silent past, the last one; give its index."""
        if self._legs == len(self._windows):
            grown = self._make_windows(max(4, 2 * self._legs))
            grown[: self._legs] = self._windows
            self._windows = grown
        self._windows[self._legs] = 0
        self._legs += 1
        return self._legs - 1

    def remove_row(self, index: int) -> None:
        """Remove a row; the last one takes its place.

        IndexError if there is no such row. Memory stays that of the most rows there ever were.
        """
        if not 0 <= index < self._legs:
            raise IndexError(f"no row {index} among {self._legs}")
        self._legs -= 1
        self._windows[index] = self._windows[self._legs]

    def process(self, frames: Pcm | Wide, out: Wide | None = None) -> Wide:
        """Convert the next 20 ms of every row: `(legs, n_in)` to `(legs, n_out)`, unclipped.

        int16 is taken as well as float32. The result is `out` if given (float32, its rows
        contiguous), else a new array, or with equal rates and float32 the very `frames`. ValueError
        for any other shape.
        """
        if frames.shape != (self._legs, self._frame_in):
            raise ValueError(
                f"{frames.shape} is not {self._legs} frames of {self._frame_in} samples"
            )
        if self._frame_in == self._frame_out:
            return _pass(frames, out)
        if out is None:
            out = np.empty((self._legs, self._frame_out), np.float32)
        windows = self._windows[: self._legs]
        windows[:, self._history :] = frames
        self._convert(windows, out)
        windows[:, : self._history] = windows[:, self._frame_in :]
        return out

    def process_alike(self, frames: Wide, first: Rows, group: Rows) -> Wide:
        """Convert the next 20 ms of rows of which many have the same sound, and had it for the
        length of the filter: `(groups, n_in)` to `(groups, n_out)`.

        `first`: a row of each group; `group`: that of each row.
        """
        if self._frame_in == self._frame_out:
            return frames
        out = np.empty((len(first), self._frame_out), np.float32)
        windows = self._windows[first]
        windows[:, self._history :] = frames
        self._convert(windows, out)
        self._windows[: self._legs, : self._history] = windows[group, self._frame_in :]
        return out

    def _convert(self, windows: Wide, out: Wide) -> None:
        legs = len(windows)
        blocks = _BLOCKS_FOR_FEW if legs <= _FEW_LEGS else _BLOCKS_FOR_MANY
        kernel = _live_kernel(*self._rates, blocks)
        block_in = self._frame_in // blocks
        block_out = self._frame_out // blocks
        rows_a_call = max(1, _MULTIPLICATIONS_A_CALL // kernel.size)
        for row in range(0, legs, rows_a_call):
            rows = slice(row, row + rows_a_call)
            for block in range(blocks):
                start_in, start_out = block * block_in, block * block_out
                window = windows[rows, start_in : start_in + len(kernel)]
                np.matmul(window, kernel, out=out[rows, start_out : start_out + block_out])

    def _make_windows(self, rows: int) -> Wide:
        return np.zeros((rows, self._history + self._frame_in if self._history else 0), np.float32)


def _pass(frames: Pcm | Wide, out: Wide | None) -> Wide:
    if out is None:
        return frames.astype(np.float32, copy=False)
    np.copyto(out, frames)
    return out


CLIP_RATES_HZ: Final = range(1000, 384_001)
"""Rates of files that we convert. A header may claim any, and the filter grows with the claim."""

_CLIP_BLOCK: Final = 128
_CLIP_BATCH: Final = 1 << 20
"""Samples of windows converted at a time: 4 MB, however long the clip."""


def resample_clip(pcm: Pcm, from_hz: int, to_hz: int) -> Pcm:
    """Convert a whole clip between any two rates, in time with the original.

    The result has `round(len(pcm) * to_hz / from_hz)` samples; before and after the clip there is
    silence. Equal rates copy nothing. UnsupportedFormat for a rate that is not in
    `CLIP_RATES_HZ`. Besides input and result it takes one copy of the input. 30 minutes take
    seconds: not for the loop that ticks.
    """
    for rate_hz in (from_hz, to_hz):
        if rate_hz not in CLIP_RATES_HZ:
            raise UnsupportedFormat(f"sound at {rate_hz} Hz can not be converted")
    length = round(len(pcm) * to_hz / from_hz)
    if from_hz == to_hz or length == 0:
        return pcm[:length]
    # The filter's weights repeat every `period_out` samples of output, `period_in` of input.
    common = math.gcd(from_hz, to_hz)
    repeats = math.ceil(_CLIP_BLOCK * common / to_hz)
    period_in, period_out = repeats * from_hz // common, repeats * to_hz // common
    periods = math.ceil(length / period_out)

    reach = math.ceil(_OFFLINE.reach * max(1, from_hz / to_hz)) + 1
    padded = np.zeros(reach + periods * period_in + reach, np.int16)
    usable = min(len(pcm), len(padded) - reach)
    padded[reach : reach + usable] = pcm[:usable]
    result = np.empty((periods, period_out), np.int16)
    for first in range(0, period_out, _CLIP_BLOCK):
        outputs = range(first, min(first + _CLIP_BLOCK, period_out))
        first_in = outputs.start * from_hz // to_hz - reach
        inputs = range(first_in, (outputs.stop - 1) * from_hz // to_hz + reach + 1)
        kernel = _kernel(_OFFLINE, from_hz, to_hz, inputs, outputs)
        windows = sliding_window_view(padded[first_in + reach :], len(inputs))[::period_in]
        _convert_in_batches(windows[:periods], kernel, result[:, outputs.start : outputs.stop])
    return result.reshape(-1)[:length]


def _convert_in_batches(windows: Pcm, kernel: Wide, out: Pcm) -> None:
    rows_a_batch = max(1, _CLIP_BATCH // len(kernel))
    for row in range(0, len(windows), rows_a_batch):
        rows = slice(row, row + rows_a_batch)
        out[rows] = to_pcm(windows[rows].astype(np.float32) @ kernel)
