"""Two telephones and a native client in one recorded meeting, from hold music to hanging up.

The meeting is held once; each test looks at one rule in what was heard, recorded and written down.
"""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic

import numpy as np
import pytest

from conference_app.headless_caller import HeadlessCaller, wire_format
from media_engine.dtmf import key_tones
from media_engine.levels import FLOOR_DBFS
from media_engine.music import enter_beep
from media_engine.pcm import FRAMES_PER_SECOND
from tests.end_to_end.books import Row
from tests.end_to_end.server import Server
from tests.end_to_end.sound import (
    FRAME,
    LONGEST_DELAY_S,
    RATE_HZ,
    SILENCE,
    Signal,
    aligned,
    arrival_times,
    best_lag,
    by_telephone,
    correlation,
    frame_levels_dbfs,
    heard,
    level_dbfs,
    levels_of,
    segments,
    shares_of_the_possible,
    tone,
    voice,
)
from tests.end_to_end.waiting import hear

pytestmark = pytest.mark.end_to_end

NAMES = ("alice", "bob", "carol")
KEYS_AFTER_KICK, KEY_AFTER_PAUSE = "159", "7"
DIALECTS = {"alice": "twilio", "bob": "twilio", "carol": "native"}

LOUD_DBFS = -30.0
"""Bob's tone is at -15 dBFS, and nothing at all is left of somebody who is not heard."""

TOO_LATE_S = 0.06


@dataclass
class Meeting:
    """What came of it. `times`: seconds of time.monotonic, by what happened then."""

    callers: dict[str, HeadlessCaller]
    times: dict[str, float] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    recorded: Signal = field(default_factory=lambda: np.zeros(0))
    seconds_in_the_books: float = 0.0
    seconds: float = 0.0
    stays: list[Row] = field(default_factory=list)

    def note(self, what: str) -> None:
        self.times[what] = monotonic()

    def heard(self, name: str, since: str, until: str) -> Signal:
        return heard(self.callers[name], self.times[since], self.times[until])

    def as_heard(self, listener: str, speaker: str) -> Signal:
        """The speaker's voice with what the two telephones leave of it."""
        spoken = by_telephone(voice(speaker), self.callers[speaker].wire)
        return by_telephone(np.rint(spoken).astype(np.int16), self.callers[listener].wire)

    def loud_times(self, ears: str) -> Signal:
        """When the frames of Bob's tone came, from when all else was silent.

        The recording was made in the ticks in which Carol heard: its time is that of her frames.
        """
        caller = self.callers["carol" if ears == "recording" else ears]
        times = arrival_times(caller.sound.frames)
        levels = levels_of(caller.sound.frames, caller.wire)
        if ears == "recording":
            levels = self.recorded_levels(len(levels))
        return times[(levels > LOUD_DBFS) & (times > self.times["only bob"])]

    def recorded_levels(self, frames: int) -> Signal:
        """The level of the recording, by the number of the frame that Carol heard then."""
        lead = self.lead_of_the_recording()
        whole = self.recorded[: len(self.recorded) // FRAME * FRAME].reshape(-1, FRAME)
        numbers = np.arange(len(whole)) - lead
        heard_by_carol = (numbers >= 0) & (numbers < frames)
        levels = np.full(frames, FLOOR_DBFS)
        levels[numbers[heard_by_carol]] = frame_levels_dbfs(whole[heard_by_carol])
        return levels

    def lead_of_the_recording(self) -> int:
        """How many frames the recording is ahead of what Carol heard, by the last 3 s of talk.

        Usually it is behind: she was alone before. It has silence for ticks that did not take
        place, she has nothing.
        """
        carol = heard(self.callers["carol"], until_s=self.times["talk ends"])
        place = len(carol) - 3 * RATE_HZ
        lag, _ = best_lag(self.recorded, carol[place:], range(len(self.recorded) - 3 * RATE_HZ))
        return (lag - place) // FRAME

    def recorded_talk(self) -> Signal:
        """The part of the recording of which Carol heard the others' voices."""
        carol, lead = self.callers["carol"], self.lead_of_the_recording() * FRAME
        begin, end = (
            len(carol.heard(until_s=self.times[edge])) for edge in ("talk begins", "talk ends")
        )
        return self.recorded[max(0, begin + lead) : end + lead]


@pytest.fixture(scope="module")
def meeting(server: Server) -> Meeting:
    """Held once for all tests of this module."""
    for name, dialect in DIALECTS.items():
        # Resampled before anybody listens: it would hold up the callers' loop.
        voice(name, wire_format(dialect).rate_hz)
    return asyncio.run(hold(server))


async def hold(server: Server) -> Meeting:
    async with AsyncExitStack() as calls:
        meeting = await invite(server)
        await wait_with_music(meeting, calls)
        await talk(meeting)
        conference = await server.conference_of(meeting.callers["bob"])
        await mute_and_kick(server, meeting, conference)
    await write_down(server, meeting, conference)
    return meeting


async def invite(server: Server) -> Meeting:
    after = (
        f'<Play digits="{KEYS_AFTER_KICK}"/><Pause length="1"/>'
        f'<Play digits="{KEY_AFTER_PAUSE}"/><Hangup/>'
    )
    recorded = 'record="record-from-start" trim="do-not-trim"'
    # Only Carol is beeped for: Bob's going is to be heard by his silence.
    terms = {"member": 'beep="false" startConferenceOnEnter="false"', "chair": ""}
    to = {
        role: await server.application(
            f"<Dial><Conference {its_own} {recorded}>Three People</Conference></Dial>{after}"
        )
        for role, its_own in terms.items()
    }
    roles = {"alice": "member", "bob": "member", "carol": "chair"}
    return Meeting({name: server.caller(to[roles[name]], dialect=DIALECTS[name]) for name in NAMES})


def say(meeting: Meeting, names: Iterable[str]) -> None:
    for name in names:
        caller = meeting.callers[name]
        caller.play(voice(name, caller.wire.rate_hz), loop=True)


def be_silent(meeting: Meeting, *names: str) -> None:
    for name in names:
        meeting.callers[name].play(SILENCE)


async def wait_with_music(meeting: Meeting, calls: AsyncExitStack) -> None:
    """Alice and Bob speak, and none of them may start the meeting; Carol comes in silence."""
    say(meeting, ("alice", "bob"))
    for name in ("alice", "bob"):
        await calls.enter_async_context(meeting.callers[name])
    await hear(meeting.callers["bob"], 3)
    be_silent(meeting, "alice", "bob")
    await hear(meeting.callers["bob"], 0.3)
    meeting.note("carol comes")
    await calls.enter_async_context(meeting.callers["carol"])
    await hear(meeting.callers["carol"], 1.5)


async def talk(meeting: Meeting) -> None:
    meeting.note("talk begins")
    say(meeting, NAMES)
    await hear(meeting.callers["carol"], 12)
    meeting.note("talk ends")
    be_silent(meeting, *NAMES)
    await hear(meeting.callers["carol"], 0.5)


async def mute_and_kick(server: Server, meeting: Meeting, conference: str) -> None:
    """Bob alone is to be heard, by a steady tone."""
    bob, carol = meeting.callers["bob"], meeting.callers["carol"]
    call = server.books.call(bob.stream_sid)
    participant = f"Conferences/{conference}/Participants/{call['sid']}"
    meeting.note("only bob")
    bob.play(tone(1000, 1, bob.wire.rate_hz), loop=True)
    await hear(carol, 1)
    for what, muted in (("muted", "true"), ("unmuted", "false")):
        meeting.note(f"to be {what}")
        status, _ = await server.rest("POST", participant, Muted=muted)
        meeting.note(what)
        meeting.statuses[what] = status
        await hear(carol, 1.5)
    meeting.statuses["kicked"], _ = await server.rest("DELETE", participant)
    meeting.note("kicked")
    with suppress(TimeoutError):  # his own test tells
        await bob.wait_until_closed(10)
    await hear(carol, 0.5)


async def write_down(server: Server, meeting: Meeting, conference: str) -> None:
    recorded = await server.recording_of(conference)
    meeting.recorded, meeting.seconds_in_the_books = recorded.sound.astype(float), recorded.seconds
    await server.end_of(conference)
    begin = server.books.moment_of(conference, "conference-start")
    end = server.books.moment_of(conference, "conference-end")
    meeting.seconds = (end - begin).total_seconds()
    meeting.stays = server.books.stays(conference)


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_before_the_start_only_hold_music_is_heard_from_its_beginning(
    meeting: Meeting, hold_music: Signal, name: str
) -> None:
    caller = meeting.callers[name]
    waited = heard(caller, until_s=meeting.times["carol comes"])
    music = by_telephone(hold_music[: len(waited)].astype(np.int16), caller.wire)
    lag, _ = best_lag(waited, music, range(len(waited) // 2))
    alike = [correlation(waited[lag:][part], music[part]) for part in segments(len(waited) - lag)]
    assert min(alike) > 0.98
    assert level_dbfs(waited[: max(1, lag - FRAME)]) < -60  # silence until the music begins


@pytest.mark.parametrize("name", NAMES)
def test_the_enter_beep_is_heard_at_the_start(meeting: Meeting, name: str) -> None:
    caller = meeting.callers[name]
    beep = by_telephone(enter_beep(RATE_HZ), caller.wire)
    sound = meeting.heard(name, "carol comes", "talk begins")
    lag, _ = best_lag(sound, beep, range(len(sound) - len(beep)))
    # The first 20 ms are a cross-fade from the music.
    assert correlation(sound[lag + FRAME : lag + len(beep)], beep[FRAME:]) > 0.95


@pytest.mark.parametrize("name", NAMES)
def test_everybody_hears_both_others(meeting: Meeting, name: str) -> None:
    sound = meeting.heard(name, "talk begins", "talk ends")
    others = [aligned(meeting.as_heard(name, other), sound) for other in NAMES if other != name]
    assert min(shares_of_the_possible(sound, others)) > 0.9


@pytest.mark.parametrize("name", NAMES)
def test_nobody_hears_himself(meeting: Meeting, name: str) -> None:
    sound = meeting.heard(name, "talk begins", "talk ends")
    own = np.resize(meeting.as_heard(name, name), len(sound))
    _, alike = best_lag(sound, own, range(round(LONGEST_DELAY_S * RATE_HZ)))
    assert alike < 0.05


@pytest.mark.parametrize("ears", ["alice", "carol", "recording"])
def test_a_muted_speaker_is_out_of_ears_and_recording_within_60_ms_of_the_answer(
    meeting: Meeting, ears: str
) -> None:
    assert meeting.statuses["muted"] == HTTPStatus.OK
    loud, times = meeting.loud_times(ears), meeting.times
    assert np.count_nonzero(loud < times["muted"]) > 0.8 * FRAMES_PER_SECOND
    muted_since = times["muted"] + TOO_LATE_S
    assert not np.any((loud > muted_since) & (loud < times["to be unmuted"]))


@pytest.mark.parametrize("ears", ["alice", "carol", "recording"])
def test_an_unmuted_speaker_is_back_within_60_ms_of_the_answer(meeting: Meeting, ears: str) -> None:
    assert meeting.statuses["unmuted"] == HTTPStatus.OK
    loud, times = meeting.loud_times(ears), meeting.times
    back = loud[loud > times["to be unmuted"]]
    assert back[0] < times["unmuted"] + TOO_LATE_S
    assert len(back) > 1.3 * FRAMES_PER_SECOND


@pytest.mark.parametrize("ears", ["alice", "carol", "recording"])
def test_a_kicked_one_is_out_of_ears_and_recording(meeting: Meeting, ears: str) -> None:
    assert meeting.statuses["kicked"] == HTTPStatus.NO_CONTENT
    assert meeting.loud_times(ears)[-1] < meeting.times["kicked"] + TOO_LATE_S


def test_the_call_of_a_kicked_one_goes_on_with_its_twiml(meeting: Meeting) -> None:
    bob = meeting.callers["bob"]
    sound = heard(bob, since_s=meeting.times["unmuted"] + 1)
    spans = []
    for keys in KEYS_AFTER_KICK, KEY_AFTER_PAUSE:
        tones = by_telephone(key_tones(keys, RATE_HZ), bob.wire)
        lag, _ = best_lag(sound, tones, range(len(sound) - len(tones)))
        assert correlation(sound[lag : lag + len(tones)], tones) > 0.95
        spans.append(slice(lag, lag + len(tones)))
    # Until the next sound; how long it takes to hang up after it depends on the machine.
    pause = sound[spans[0].stop : spans[1].start]
    assert len(pause) / RATE_HZ == pytest.approx(1.0, abs=0.1)
    assert level_dbfs(pause) < -60
    assert bob.close_code == 1000


def test_the_recording_holds_the_mix_of_all_three(meeting: Meeting) -> None:
    sound = meeting.recorded_talk()
    voices = [by_telephone(voice(name), meeting.callers[name].wire) for name in NAMES]
    parts = [aligned(spoken, sound) for spoken in voices]
    assert min(shares_of_the_possible(sound, parts)) > 0.9


def test_the_recording_is_as_long_as_the_meeting(meeting: Meeting) -> None:
    assert len(meeting.recorded) / RATE_HZ == pytest.approx(meeting.seconds, abs=0.04)
    assert meeting.seconds_in_the_books == pytest.approx(meeting.seconds, abs=0.04)


def test_the_books_say_why_each_one_left(meeting: Meeting) -> None:
    reasons = {row["stream_sid"]: row["reason_left"] for row in meeting.stays}
    sids = {name: caller.stream_sid for name, caller in meeting.callers.items()}
    expected = {"alice": "hung-up", "bob": "kicked", "carol": "hung-up"}
    assert reasons == {sids[name]: reason for name, reason in expected.items()}
