import os
import signal
import socket
from collections.abc import Callable, Iterator

import pytest

from media_engine.decode import DecodeLimits, UndecodableSound
from media_engine.sound_worker.child_process import (
    ChildFailed,
    ChildLimits,
    ChildLost,
    ChildProcess,
)
from media_engine.sound_worker.jobs import Decode, Speak
from media_engine.speech import SpeechError
from tests.media_engine.sound_worker import engines

MakeChild = Callable[..., ChildProcess]


@pytest.fixture(scope="module")
def child() -> Iterator[ChildProcess]:
    child = ChildProcess(engines.PATH, ChildLimits())
    yield child
    child.close()


@pytest.fixture
def limited() -> Iterator[MakeChild]:
    """Children with limits of their own."""
    made: list[ChildProcess] = []

    def make(**limits: float) -> ChildProcess:
        made.append(ChildProcess(engines.PATH, ChildLimits(**limits)))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for child in made:
        child.close()


def said(text: str) -> Speak:
    return Speak(text, None, None, 8000)


def test_a_job_is_done_and_noted(child: ChildProcess) -> None:
    spoken = child.ask(Speak("hello", "man", "de", 16000))
    assert spoken.note == "hello man de 16000"
    assert spoken.pcm.dtype == "int16"


def test_a_refusal_is_the_jobs_own_error_and_the_child_lives(child: ChildProcess) -> None:
    child.start()
    pid = child.pid
    with pytest.raises(SpeechError, match="not that word"):
        child.ask(said("refuse"))
    with pytest.raises(UndecodableSound, match="not a sound file"):
        child.ask(Decode(b"nonsense", 8000, DecodeLimits()))
    assert child.pid == pid


def test_a_fault_is_told_with_its_trace_and_the_child_lives(child: ChildProcess) -> None:
    with pytest.raises(ChildFailed, match="ZeroDivisionError"):
        child.ask(said("fault"))
    assert child.ask(said("hello")).note


def test_memory_that_is_not_there_is_a_refusal(child: ChildProcess) -> None:
    with pytest.raises(SpeechError, match="more memory than it may"):
        child.ask(said("memory"))


@pytest.mark.parametrize(
    ("text", "limits", "reason"),
    [
        ("abort", {}, "crashed .SIGABRT"),
        ("hold", {"wall_s": 0.2}, "too long"),
        ("compute", {"cpu_s": 0}, "too much computing time"),
        ("flood", {}, "answered with 11200000 bytes"),
    ],
)
def test_who_does_not_survive_a_job_is_replaced(
    limited: MakeChild, text: str, limits: dict[str, float], reason: str
) -> None:
    child = limited(**limits)
    child.start()
    first = child.pid
    with pytest.raises(ChildLost, match=reason):
        child.ask(said(text))
    assert child.pid is None
    assert len(child.ask(said("hello")).pcm) == 1
    assert child.pid not in (None, first)


def test_cpu_time_is_counted_for_each_job(limited: MakeChild) -> None:
    child = limited(cpu_s=1)
    for texts in range(1, 4):
        assert len(child.ask(said("compute a little")).pcm) == texts


def test_who_died_between_two_jobs_costs_no_job(limited: MakeChild) -> None:
    child = limited()
    child.start()
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert child.ask(said("hello")).note


def test_a_child_inherits_no_socket_but_its_own(child: ChildProcess) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.set_inheritable(True)
        fresh = ChildProcess(engines.PATH, ChildLimits())
        try:
            assert fresh.ask(said("sockets")).note == "1"
        finally:
            fresh.close()


def test_a_child_knows_no_secret(limited: MakeChild, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFAB_AUTH_TOKEN", "secret")
    names = limited().ask(said("environment")).note
    assert names is not None and "PYTHONPATH" in names
    assert "CONFAB" not in names and "SECRET" not in names


def test_an_engine_gets_the_variables_it_was_promised() -> None:
    child = ChildProcess(engines.PATH, ChildLimits(), {"VOICE_MODEL": "x"})
    try:
        note = child.ask(said("environment")).note
    finally:
        child.close()
    assert note is not None and "VOICE_MODEL" in note


def test_a_child_stands_back_for_the_process_that_ticks(limited: MakeChild) -> None:
    child = limited(niceness=10)
    child.start()
    assert child.pid is not None
    assert os.getpriority(os.PRIO_PROCESS, child.pid) == 10


def test_without_a_speech_engine_files_are_decoded(caplog: pytest.LogCaptureFixture) -> None:
    child = ChildProcess("no.such.Engine", ChildLimits())
    try:
        with pytest.raises(UndecodableSound):
            child.ask(Decode(b"nonsense", 8000, DecodeLimits()))
        with pytest.raises(SpeechError, match="no speech engine 'no.such.Engine'"):
            child.ask(said("hello"))
    finally:
        child.close()
    assert "nothing can be spoken" in caplog.text


def test_a_child_that_is_closed_is_gone(limited: MakeChild) -> None:
    child = limited()
    child.start()
    pid = child.pid
    assert pid is not None
    child.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
