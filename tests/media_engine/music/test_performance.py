from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from media_engine.music.effects import Echo, Overdrive
from media_engine.music.loudness import integrated_lufs, peak_dbfs
from media_engine.music.performance import perform
from media_engine.music.room import Room
from media_engine.music.score import Part, Piece, Strip, line
from media_engine.music.synth import Additive, Envelope, Partial
from media_engine.pcm import Pcm

RATE_HZ = 8000
SINE = Additive((Partial(1, 1.0, 2.0),), Envelope(attack_s=0.005, decay_s=0.5), release_s=0.05)
DRY = Room(wet=0.0)
KEY = Strip(gain_db=-100.0)


def piece(text: str, *, room: Room = DRY, timing_s: float = 0.0, **changes: Any) -> Piece:
    notes = line(text, bar=4)
    plain = Piece("", "", 4.0, ((0.0, 120.0),), (Part(SINE, notes),), room, timing_s=timing_s)
    return replace(plain, **changes)


def level(sound: Pcm, start_s: float, end_s: float) -> float:
    part = sound[int(start_s * RATE_HZ) : int(end_s * RATE_HZ)]
    return float(np.sqrt(np.mean(part.astype(float) ** 2)))


def strongest_hz(sound: Pcm) -> float:
    size = 1 << 16
    return float(np.argmax(np.abs(np.fft.rfft(sound, size))) * RATE_HZ / size)


@pytest.mark.parametrize("rate_hz", [8000, 16000, 24000, 48000])
def test_a_piece_is_a_loop_of_whole_frames(rate_hz: int) -> None:
    sound = perform(piece("A4 A4 A4 A4", tempo=((0.0, 117.0),)), rate_hz)
    assert sound.dtype == np.int16
    assert len(sound) % (rate_hz // 50) == 0
    assert len(sound) / rate_hz == pytest.approx(4 * 60 / 117, abs=0.011)


def test_notes_sound_when_they_are_written() -> None:
    sound = perform(piece("r C5:0.25 r:0.75 E5:0.25 r:1.75"), RATE_HZ)
    assert level(sound, 0.0, 0.49) < 0.02 * level(sound, 0.5, 0.6)
    assert strongest_hz(sound[4000:5000]) == pytest.approx(523.3, abs=4)
    assert strongest_hz(sound[8000:9000]) == pytest.approx(659.3, abs=4)


def test_a_piece_can_be_transposed() -> None:
    assert strongest_hz(perform(piece("A4:4", transpose=12), RATE_HZ)) == pytest.approx(880, abs=2)


def test_forte_is_louder_than_piano() -> None:
    sound = perform(piece("p A4:2 f A4:2"), RATE_HZ)
    difference_db = 20 * np.log10(level(sound, 1.0, 1.5) / level(sound, 0.0, 0.5))
    assert 4 < difference_db < 9


def test_a_rolled_chord_sounds_from_low_to_high() -> None:
    rolled = piece("A3+A4:4")
    rolled = replace(rolled, parts=(replace(rolled.parts[0], roll_s=0.2),))
    sound = perform(rolled, RATE_HZ)
    assert strongest_hz(sound[:1500]) == pytest.approx(220, abs=5)
    assert strongest_hz(sound[1700:3200]) == pytest.approx(440, abs=5)


def test_what_rings_at_the_end_is_heard_at_the_beginning() -> None:
    sound = perform(piece("r:3.5 A4:0.5", room=Room(wet=0.5, decay_s=1.0)), RATE_HZ)
    assert level(sound, 0.0, 0.05) > 0.05 * level(sound, 1.75, 1.85)
    assert level(sound, 0.0, 0.05) > 10 * level(sound, 1.5, 1.7)


def test_the_loop_has_no_step_at_its_seam() -> None:
    sound = perform(piece("A4 B4 C5 D5", room=Room()), RATE_HZ).astype(int)
    steps = np.abs(np.diff(sound))
    assert abs(sound[0] - sound[-1]) <= np.max(steps)


def test_the_loudness_is_23_below_full_scale_without_dc() -> None:
    sound = perform(piece("A4 B4 C5 D5", room=Room()), RATE_HZ)
    assert integrated_lufs(sound, RATE_HZ) == pytest.approx(-23, abs=0.1)
    assert peak_dbfs(sound) <= -1
    assert abs(np.mean(sound)) < 1


def test_the_same_piece_is_the_same_sound_and_another_seed_another_hand() -> None:
    human = piece("A4:0.5 B4 C5 D5 A4 B4 C5 D5", timing_s=0.01)
    once, again = perform(human, RATE_HZ), perform(human, RATE_HZ)
    assert np.array_equal(once, again)
    assert not np.array_equal(once, perform(replace(human, seed=2), RATE_HZ))


def on_strips(*parts: tuple[str, Strip], room: Room = DRY) -> Piece:
    played = tuple(Part(SINE, line(text, bar=4), strip=strip) for text, strip in parts)
    return piece("A4:4", room=room, parts=played)


def test_parts_on_one_strip_go_through_its_effects_together() -> None:
    driven, apart = Strip((Overdrive(20.0),)), Strip((Overdrive(20.0),), send=0.5)
    # Two sines that are bent together make the tones of their difference and sum; apart, not.
    together, each = (
        np.abs(np.fft.rfft(perform(on_strips(("A4:4", driven), ("E5:4", strip)), RATE_HZ)))
        for strip in (driven, apart)
    )
    difference = round((659.3 - 440.0) * 2)
    assert together[difference] > 20 * each[difference - 2 : difference + 3].max()


def test_a_strip_has_its_own_gain() -> None:
    sound = perform(on_strips(("A4:2 r", Strip()), ("r:2 A4", Strip(gain_db=-12.0))), RATE_HZ)
    difference_db = 20 * np.log10(level(sound, 0.0, 0.5) / level(sound, 1.0, 1.5))
    assert difference_db == pytest.approx(12, abs=1)


def test_the_room_hears_what_a_strip_sends() -> None:
    room = Room(wet=1.0, decay_s=0.8)
    near, far = (
        perform(on_strips(("A4:0.5 r:3.5", Strip(send=send)), room=room), RATE_HZ)
        for send in (0.0, 1.0)
    )
    assert level(near, 0.5, 1.0) < 0.01 * level(far, 0.5, 1.0)


def test_a_strip_makes_way_for_another() -> None:
    ducked = Strip(ducked_by=KEY, duck_db=12.0)
    eighths = "A4:0.5 A4 A4 A4 A4 A4 A4 A4"
    sound = perform(on_strips((eighths, ducked), ("r:2 A3:0.25 r:1.75", KEY)), RATE_HZ)
    assert level(sound, 1.02, 1.12) < 0.5 * level(sound, 0.77, 0.87)
    alone = perform(on_strips((eighths, ducked)), RATE_HZ)
    assert level(alone, 1.02, 1.12) == pytest.approx(level(alone, 0.77, 0.87), rel=0.2)


def test_an_echo_goes_round_the_end_of_the_loop() -> None:
    sound = perform(on_strips(("r:3.5 A4:0.5", Strip((Echo(delay_s=0.5),)))), RATE_HZ)
    assert level(sound, 0.26, 0.45) > 0.1 * level(sound, 1.76, 1.95)
    assert level(sound, 1.3, 1.7) < 0.05 * level(sound, 1.76, 1.95)
