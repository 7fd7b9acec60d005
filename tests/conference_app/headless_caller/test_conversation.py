"""How a headless caller's call begins and ends, what it keeps, and the faults it can show."""

import asyncio

import numpy as np
import pytest

from conference_app.headless_caller import CallFailed, HeadlessCaller, conversation
from media_engine.dialects import Clear, Dtmf, Error, ServerMessage, Stop
from tests.conference_app.headless_caller.fake_bridge import FakeBridge, listen, serving

LOUD = np.full(320, 9000, dtype="<i2").tobytes()


async def test_hanging_up_says_stop_and_closes_with_1000() -> None:
    async with serving(listen) as exchange:
        async with HeadlessCaller(exchange.url, to="r") as caller:
            pass
        await exchange.finished.wait()
        bridge = await exchange.bridge
    assert bridge.told[-1] == Stop()
    assert (bridge.connection.close_code, caller.close_code) == (1000, 1000)


async def test_a_refusal_tells_error_close_code_and_reason() -> None:
    async def refuse(bridge: FakeBridge) -> None:
        await bridge.receive()
        await bridge.say(bridge.speaks.error(20003, "authentication failed"))
        await bridge.connection.close(1008, "who are you")

    async with serving(refuse) as exchange:
        with pytest.raises(CallFailed, match="1008 who are you.*20003: authentication") as raised:
            async with HeadlessCaller(exchange.url, to="r"):
                pytest.fail("the call was made")
    failed = raised.value
    assert (failed.close_code, failed.reason) == (1008, "who are you")
    assert failed.errors == (Error(20003, "authentication failed"),)


async def test_a_server_that_does_not_answer_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "ANSWER_WITHIN_S", 0.05)
    async with serving(FakeBridge.receive_to_the_end) as exchange:
        with pytest.raises(CallFailed, match="no answer within"):
            async with HeadlessCaller(exchange.url, to="r"):
                pytest.fail("the call was made")
        await asyncio.wait_for(exchange.finished.wait(), 5)


@pytest.mark.parametrize("wrong", ["not JSON", b"odd", '{"event":"dtmf","digit":"x"}'])
async def test_a_server_that_breaks_the_dialect_is_hung_up_on(wrong: str | bytes) -> None:
    async def break_it(bridge: FakeBridge) -> None:
        await bridge.answer()
        await bridge.say(wrong)
        await bridge.receive_to_the_end()

    async with serving(break_it) as exchange, HeadlessCaller(exchange.url, to="r") as caller:
        await caller.wait_until_closed(5)
        assert caller.protocol_error is not None
        assert (await exchange.bridge).connection.close_code == 1002


async def test_what_the_server_says_is_kept_and_told() -> None:
    async def talk(bridge: FakeBridge) -> None:
        await bridge.answer()
        for message in (bridge.speaks.dtmf("5"), bridge.speaks.clear(), bridge.speaks.stop("bye")):
            await bridge.say(message)

    told: list[object] = []
    async with serving(talk) as exchange:
        caller = HeadlessCaller(exchange.url, to="r")
        caller.on_message = told.append
        async with caller:
            await caller.wait_until_closed(5)
    assert told[1:] == [Dtmf("5"), Clear(), Stop("bye")]
    assert [received.message for received in caller.messages] == told
    assert [r.at_s for r in caller.messages] == sorted(r.at_s for r in caller.messages)


async def test_waiting_ends_when_the_message_comes_is_late_or_can_not_come() -> None:
    async def say_five(bridge: FakeBridge) -> None:
        await bridge.answer()
        await bridge.say(bridge.speaks.dtmf("5"))
        await bridge.receive_until(Dtmf)

    async with serving(say_five) as exchange, HeadlessCaller(exchange.url, to="r") as caller:
        assert (await caller.wait_for(Dtmf("5"), 5)).message == Dtmf("5")
        with pytest.raises(TimeoutError):
            await caller.wait_for(Dtmf("6"), 0.01)
        await caller.send_digit("1")
        with pytest.raises(CallFailed):
            await caller.wait_for(Dtmf("6"), 5)
        with pytest.raises(CallFailed, match="the connection is closed"):
            await caller.send_digit("1")


async def test_a_connection_that_breaks_is_seen_by_either_side() -> None:
    async def break_off(bridge: FakeBridge) -> None:
        await bridge.answer()
        bridge.connection.transport.abort()

    async with serving(break_off) as exchange, HeadlessCaller(exchange.url, to="r") as caller:
        await caller.wait_until_closed(5)
        assert caller.close_code == 1006
    async with serving(listen) as exchange, HeadlessCaller(exchange.url, to="r") as caller:
        await caller.cut()
        await asyncio.wait_for(exchange.finished.wait(), 5)
        assert (await exchange.bridge).connection.close_code == 1006


async def is_alive(bridge: FakeBridge, within_s: float) -> bool:
    pong = await bridge.connection.ping()
    try:
        await asyncio.wait_for(pong, within_s)
    except TimeoutError:
        return False
    return True


async def test_a_caller_that_pauses_reading_answers_no_ping_and_goes_on_later() -> None:
    async with serving(listen) as exchange, HeadlessCaller(exchange.url, to="r") as caller:
        bridge = await exchange.bridge
        assert await is_alive(bridge, 5)
        caller.pause_reading()
        spoken = len(bridge.heard)
        await bridge.say(LOUD)
        assert not await is_alive(bridge, 0.1)
        assert len(caller.heard()) == 0 and len(bridge.heard) > spoken
        caller.resume_reading()
        assert await is_alive(bridge, 5)
        assert caller.heard().tolist() == [9000] * 320


async def test_reading_stays_paused_while_what_was_read_is_worked_off() -> None:
    async def send_a_burst(bridge: FakeBridge) -> None:
        await bridge.answer()
        protocol = bridge.connection.protocol
        protocol.send_text(b'{"event":"dtmf","digit":"5"}')
        for _ in range(50):
            protocol.send_binary(LOUD)
        bridge.connection.transport.write(b"".join(protocol.data_to_send()))
        await bridge.receive_to_the_end()

    async with serving(send_a_burst) as exchange:
        caller = HeadlessCaller(exchange.url, to="r")

        def pause(said: ServerMessage) -> None:
            if said == Dtmf("5"):
                caller.pause_reading()

        caller.on_message = pause
        async with caller:
            await caller.wait_for(Dtmf("5"), 5)
            assert not await is_alive(await exchange.bridge, 0.1)


async def test_with_a_small_buffer_the_server_soon_feels_the_pause() -> None:
    async with (
        serving(listen) as exchange,
        HeadlessCaller(exchange.url, to="r", receive_buffer_bytes=4096) as caller,
    ):
        bridge = await exchange.bridge
        caller.pause_reading()
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 5000:
                await asyncio.wait_for(bridge.say(LOUD), 0.2)
                sent += 1
        caller.resume_reading()
        assert await is_alive(bridge, 5)
        assert len(caller.sound.frames) >= sent > 0


async def test_a_caller_that_vanishes_says_and_answers_nothing_but_stays_connected() -> None:
    async with serving(listen) as exchange:
        async with HeadlessCaller(exchange.url, to="r") as caller:
            bridge = await exchange.bridge
            caller.vanish()
            assert not await is_alive(bridge, 0.1)
            spoken = len(bridge.heard)
            assert not await is_alive(bridge, 0.1)
            assert len(bridge.heard) == spoken
            assert bridge.connection.close_code is None
        await asyncio.wait_for(exchange.finished.wait(), 5)
    assert bridge.connection.close_code == 1006
