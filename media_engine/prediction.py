"""Linear prediction: a voice as a filter (throat and mouth) and what excites it (the vocal cords).

To go on with the excitation and pass it through the same filter sounds more like the voice than to
repeat its wave, and joins what was heard without a seam, because the filter rings on.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_engine.pcm import Wide

_ORDER: Final = 20
_BROADENED_HZ: Final = 20
_LEAKAGE: Final = 0.998


@dataclass(frozen=True, slots=True)
class Prediction:
    """`excitation` passed through 1/A(z), whose `coefficients` begin with 1, is the sound that was
    analysed.
    """

    coefficients: NDArray[np.float64]
    excitation: Wide

    def go_on(self, excitation: Wide) -> Wide:
        """Give the sound that follows the one analysed when that goes on to be excited."""
        whole = np.concatenate((self.excitation, excitation))
        # The filter's ringing comes round to what was analysed, and has ended where that ends.
        size = 1 << len(whole).bit_length()
        spectrum = np.fft.rfft(whole, size) / np.fft.rfft(self.coefficients, size)
        sound = np.fft.irfft(spectrum, size)[len(self.excitation) : len(whole)]
        return sound.astype(np.float32)


def analyse(past: Wide, rate_hz: int, window_ms: int) -> Prediction:
    """Predict `past` from its last `window_ms`. Something sounds in them: silence has no filter."""
    window = _window(rate_hz * window_ms // 1000)
    recent = past[-len(window) :] * window
    products = np.correlate(recent, recent, "full")[len(recent) - 1 : len(recent) + _ORDER]
    products = products * _lag_window(rate_hz)
    order = np.arange(_ORDER)
    matrix = products[np.abs(np.subtract.outer(order, order))]
    coefficients = np.concatenate(([1.0], -np.linalg.solve(matrix, products[1:])))
    coefficients *= _LEAKAGE ** np.arange(_ORDER + 1)
    excitation = np.convolve(past, coefficients)[: len(past)]
    return Prediction(coefficients, excitation.astype(np.float32))


@cache
def _window(samples: int) -> NDArray[np.float64]:
    """Rising slowly and falling fast, as in ITU-T G.729: what was heard last counts most."""
    window = np.hanning(2 * samples + 1)[1 : samples + 1]
    falling = samples // 8
    window[-falling:] *= np.cos(np.arange(falling) / falling * np.pi / 2)
    return window


@cache
def _lag_window(rate_hz: int) -> NDArray[np.float64]:
    """Broadens peaks of the spectrum, and adds -40 dB of white noise, so that a pure tone too has a
    filter that can be computed and rings out.
    """
    lags = 2 * np.pi * _BROADENED_HZ / rate_hz * np.arange(_ORDER + 1)
    window: NDArray[np.float64] = np.exp(-0.5 * lags**2)
    window[0] = 1.0001
    return window
