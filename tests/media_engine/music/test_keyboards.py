import numpy as np
import pytest

from media_engine.music import keyboards
from media_engine.music.analogue import Analogue
from media_engine.music.synth import Additive, Fm, Voice

RATE_HZ = 24000
VOICES = {n: v for n, v in vars(keyboards).items() if isinstance(v, Analogue | Additive | Fm)}


@pytest.mark.parametrize("voice", VOICES.values(), ids=VOICES)
def test_a_keyboard_is_in_tune_and_begins_without_a_click(voice: Voice) -> None:
    tone = voice.tone(220.0, 0.7, 1.0, RATE_HZ)
    spectrum = np.abs(np.fft.rfft(tone * np.hanning(len(tone)), 1 << 17))
    near = np.arange(1150, 1260)
    found_hz = near[np.argmax(spectrum[near])] * RATE_HZ / (1 << 17)
    assert abs(1200 * np.log2(found_hz / 220)) < 12
    assert np.max(np.abs(tone[:4])) < 0.02
