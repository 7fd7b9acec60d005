import json

import numpy as np
import pytest

from media_engine.decode import DecodeLimits, UndecodableSound
from media_engine.sound_worker.jobs import JOBS, Decode, Job, Speak
from media_engine.speech import SpeechEngine, load_engine
from tests.media_engine.sound_files import encoded, tone
from tests.media_engine.sound_worker import engines


def odd_engine() -> SpeechEngine:
    return load_engine(engines.PATH)


@pytest.mark.parametrize(
    "job",
    [
        Decode(b"\x00\xff", 16000, DecodeLimits(seconds=2.5)),
        Speak("Grüße", "Polly.Hans", None, 8000),
        Speak("", None, "de-DE", 8000),
    ],
)
def test_a_job_is_the_same_on_the_other_side(job: Job) -> None:
    head = json.loads(json.dumps(job.head()))
    assert JOBS[head["kind"]].read(head, job.body) == job


def test_half_a_letter_and_endless_names_are_not_passed_on() -> None:
    job = Speak("a\ud800b", "v" * 100_000, "l" * 100_000, 8000)
    assert job.body == b"ab"
    assert len(json.dumps(job.head())) < 400


def test_a_file_is_decoded() -> None:
    job = Decode(encoded(tone(1, 16000), 16000), 16000, DecodeLimits())
    np.testing.assert_array_equal(job.carry_out(odd_engine).pcm, tone(1, 16000))


def test_the_limits_are_those_of_the_job() -> None:
    with pytest.raises(UndecodableSound, match="longer than 1 s"):
        Decode(encoded(tone(2, 16000), 16000), 16000, DecodeLimits(1)).carry_out(odd_engine)


def test_a_text_is_spoken_by_the_engine() -> None:
    assert Speak("hi", "man", "de", 8000).carry_out(odd_engine).note == "hi man de 8000"
