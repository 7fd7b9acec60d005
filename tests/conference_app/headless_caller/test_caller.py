"""What a headless caller says over a real socket, and when."""

import asyncio

import numpy as np
import pytest

from conference_app.headless_caller import HeadlessCaller, wire_format
from media_engine.codecs import get_codec
from media_engine.dialects import ALAW, L16, MULAW, Dtmf, Mark, Start, WireFormat
from media_engine.errors import UnsupportedFormat
from tests.conference_app.headless_caller.fake_bridge import CALL_SID, FakeBridge, listen, serving

RAMP = np.arange(-1600, 1600, dtype=np.int16)


async def echo_ten_frames(bridge: FakeBridge) -> None:
    await bridge.answer()
    for _ in range(10):
        sound = await bridge.receive_until(bytes)
        await bridge.say(bridge.speaks.media(sound))


async def test_a_native_caller_hears_its_sound_bit_exactly() -> None:
    async with (
        serving(echo_ten_frames) as exchange,
        HeadlessCaller(exchange.url, to="echo", play=RAMP) as caller,
    ):
        await caller.wait_until_closed(5)
    assert caller.call_sid == CALL_SID
    assert caller.heard().tolist() == RAMP.tolist()
    assert (caller.close_code, caller.errors, caller.protocol_error) == (1000, (), None)


@pytest.mark.parametrize(
    ("dialect", "encoding"), [("twilio", MULAW), ("native", MULAW), ("native", ALAW)]
)
async def test_a_caller_hears_its_sound_through_g711(dialect: str, encoding: str) -> None:
    async with (
        serving(echo_ten_frames) as exchange,
        HeadlessCaller(
            exchange.url, to="echo", play=RAMP[:1600], dialect=dialect, encoding=encoding
        ) as caller,
    ):
        await caller.wait_until_closed(5)
    codec = get_codec(encoding)
    assert caller.heard().tolist() == codec.decode(codec.encode(RAMP[:1600])).tolist()


async def test_a_caller_says_whom_it_calls_and_who_it_is() -> None:
    async with (
        serving(listen) as exchange,
        HeadlessCaller(
            exchange.url,
            to="r",
            from_="f",
            token="t",
            custom_parameters={"a": "b"},
        ),
    ):
        start = (await exchange.bridge).told[0]
    assert start == Start("r", "f", wire_format("native"), token="t", custom_parameters={"a": "b"})


async def test_a_twilio_caller_makes_its_own_sids() -> None:
    async with (
        serving(listen) as exchange,
        HeadlessCaller(exchange.url, to="r", dialect="twilio", auth=("AC1", "x")) as caller,
    ):
        await asyncio.wait_for(exchange.bridge, 5)
        assert caller.call_sid is not None and caller.call_sid.startswith("CA")
    start = (await exchange.bridge).told[1]
    assert isinstance(start, Start)
    assert (start.call_sid, start.account_sid) == (caller.call_sid, "AC1")


async def test_frames_leave_every_20_ms_by_the_clock() -> None:
    async def hear_half_a_second(bridge: FakeBridge) -> None:
        await bridge.answer()
        await bridge.receive_frames(26)

    async with serving(hear_half_a_second) as exchange, HeadlessCaller(exchange.url, to="r") as c:
        await c.wait_until_closed(5)
    bridge = await exchange.bridge
    assert bridge.heard_at_s[25] - bridge.heard_at_s[0] == pytest.approx(0.5, abs=0.05)
    assert set(bridge.heard) == {bytes(640)}
    assert c.skipped_frames == 0


async def test_without_silence_nothing_is_sent_after_the_sound() -> None:
    async with serving(listen) as exchange:
        async with HeadlessCaller(
            exchange.url, to="r", play=RAMP[:640], send_silence=False
        ) as caller:
            await caller.send_digits("1w")
        await exchange.finished.wait()
        assert len((await exchange.bridge).heard) == caller.frames_sent == 2


async def test_a_new_sound_takes_the_place_of_the_old() -> None:
    async with serving(listen) as exchange:
        async with HeadlessCaller(exchange.url, to="r", play=RAMP[:320] * 0 + 5, loop=True) as c:
            await c.send_digits("1")
            first_since_s = c.speaking_since_s
            c.play(np.full(320, 7, dtype=np.int16))
            await c.send_digits("2")
            assert first_since_s is not None and c.speaking_since_s is not None
            assert c.speaking_since_s > first_since_s and not c.playing
        await exchange.finished.wait()
        spoken = [set(np.frombuffer(f, dtype="<i2")) for f in (await exchange.bridge).heard]
    last_old = len(spoken) - 1 - spoken[::-1].index({5})
    assert spoken[last_old + 1] == {7}
    assert all(frame == {0} for frame in spoken[last_old + 2 :])


async def test_keys_are_pressed_in_order() -> None:
    async with serving(listen) as exchange:
        async with HeadlessCaller(exchange.url, to="r", dialect="twilio") as caller:
            await caller.send_digits("12#")
        await exchange.finished.wait()
        told = (await exchange.bridge).told
    assert [said for said in told if isinstance(said, Dtmf)] == [Dtmf("1"), Dtmf("2"), Dtmf("#")]


@pytest.mark.parametrize("dialect", ["native", "twilio"])
@pytest.mark.parametrize(("cleared", "sound_s"), [(False, 0.2), (True, 1.5)])
async def test_a_mark_of_the_server_comes_back_when_played_or_cleared(
    dialect: str, cleared: bool, sound_s: float
) -> None:
    waited: list[float] = []

    async def mark(bridge: FakeBridge) -> None:
        await bridge.answer()
        began_s = asyncio.get_running_loop().time()
        bytes_a_second = 8000 if dialect == "twilio" else 32_000
        await bridge.say(bridge.speaks.media(bytes(round(sound_s * bytes_a_second))))
        await bridge.say(bridge.speaks.mark("m"))
        if cleared:
            await bridge.say(bridge.speaks.clear())
        assert await bridge.receive_until(Mark) == Mark("m")
        waited.append(asyncio.get_running_loop().time() - began_s)

    async with (
        serving(mark) as exchange,
        HeadlessCaller(exchange.url, to="r", dialect=dialect) as c,
    ):
        await c.wait_until_closed(5)
    if cleared:
        assert waited[0] < sound_s
    else:
        assert sound_s - 0.005 <= waited[0] < sound_s + 1.0  # a guard


async def test_a_mark_that_comes_back_is_not_returned_again() -> None:
    async def return_mark(bridge: FakeBridge) -> None:
        await bridge.answer()
        assert await bridge.receive_until(Mark) == Mark("mine")
        await bridge.say(bridge.speaks.mark("mine"))
        await bridge.receive_to_the_end()

    async with serving(return_mark) as exchange:
        async with HeadlessCaller(exchange.url, to="r") as caller:
            await caller.send_mark("mine")
            await caller.wait_for(Mark("mine"), 5)
            await caller.send_digits("1")
        await exchange.finished.wait()
        told = (await exchange.bridge).told
    assert told.count(Mark("mine")) == 1


async def test_an_eager_caller_speaks_before_it_is_answered() -> None:
    async def answer_late(bridge: FakeBridge) -> None:
        await bridge.receive_frames(3)
        await bridge.say(bridge.speaks.started("CA1", "MZ1"))
        await bridge.receive_to_the_end()

    async with (
        serving(answer_late) as exchange,
        HeadlessCaller(exchange.url, to="r", play=RAMP, eager=True) as caller,
    ):
        assert caller.call_sid == "CA1"
        heard = b"".join((await exchange.bridge).heard)
        assert heard[:1920] == RAMP[:960].astype("<i2").tobytes()


@pytest.mark.parametrize(
    ("dialect", "encoding", "rate_hz", "wire"),
    [
        ("native", None, None, WireFormat(L16, 16000)),
        ("native", None, 48000, WireFormat(L16, 48000)),
        ("native", MULAW, None, WireFormat(MULAW, 8000)),
        ("twilio", None, None, WireFormat(MULAW, 8000)),
    ],
)
def test_what_is_not_given_of_a_format_is_completed(
    dialect: str, encoding: str | None, rate_hz: int | None, wire: WireFormat
) -> None:
    assert wire_format(dialect, encoding, rate_hz) == wire


def test_a_format_that_is_not_spoken_is_refused() -> None:
    with pytest.raises(UnsupportedFormat):
        HeadlessCaller("ws://x", to="r", encoding=MULAW, rate_hz=16000)


async def test_a_twilio_caller_has_no_clear_to_say() -> None:
    async with (
        serving(listen) as exchange,
        HeadlessCaller(exchange.url, to="r", dialect="twilio") as caller,
    ):
        with pytest.raises(ValueError, match="twilio dialect"):
            await caller.send_clear()
