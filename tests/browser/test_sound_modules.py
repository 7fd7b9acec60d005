"""What the phone's audio thread does with sound, tried with a clock of the test's own."""

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.browser.chromium import IN_A_BROWSER, a_page
from tests.end_to_end.server import Server

pytestmark = IN_A_BROWSER

PLAY_FOR: Final = """async ({ seconds, stalls, drift }) => {
  const { JitterBuffer } = await import("/static/phone/jitter_buffer.js");
  const rate = 16000, frame = new Int16Array(320).fill(1000);
  const buffer = new JitterBuffer(rate);
  const waiting = [];
  let held = 0, position = 0;
  for (let tick = 0; tick < 50 * seconds; tick++) {
    const second = tick / 50;
    held++;
    if (!stalls.some(([from, to]) => second >= from && second < to)) {
      for (; held > 0; held--) buffer.push(frame);
    }
    for (position += 320 * (1 + drift) * buffer.speed; position >= 1; position--) buffer.next();
    if (tick % 50 === 49) waiting.push(buffer.seconds);
  }
  return { waiting, dried: buffer.dried };
}"""
"""Play for so many seconds; nothing arrives during the stalls, and everything at once after them.
`drift`: how much faster the sound card's clock is.
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(server: Server) -> AsyncIterator[Page]:
    async with a_page() as page:
        await page.goto(server.http)
        yield page


async def play(
    page: Page, seconds: int, stalls: list[tuple[float, float]] | None = None, drift: float = 0.0
) -> Any:
    return await page.evaluate(
        PLAY_FOR, {"seconds": seconds, "stalls": stalls or [], "drift": drift}
    )


async def test_a_steady_network_has_little_delay_and_no_gap(page: Page) -> None:
    played = await play(page, 30)
    assert played["dried"] == 0
    assert max(played["waiting"]) <= 0.08


async def test_a_stall_makes_one_gap_and_its_delay_shrinks_away(page: Page) -> None:
    played = await play(page, 40, [(5.0, 5.25)])
    assert played["dried"] == 1
    assert max(played["waiting"][5:8]) > 0.15
    assert played["waiting"][-1] < 0.1


async def test_minutes_that_come_at_once_are_left_out(page: Page) -> None:
    played = await play(page, 75, [(5.0, 65.0)])
    assert max(played["waiting"]) <= 2.0
    assert max(played["waiting"][67:]) < 0.15


async def test_a_network_that_stalls_often_gets_a_longer_buffer(page: Page) -> None:
    stalls = [(second + 0.5, second + 0.56) for second in range(2, 60)]
    played = await play(page, 60, stalls)
    assert played["dried"] <= 6
    assert max(played["waiting"][30:]) < 0.25


@pytest.mark.parametrize("drift", [0.001, -0.001])
async def test_a_clock_that_is_not_ours_is_followed(page: Page, drift: float) -> None:
    played = await play(page, 300, drift=drift)
    assert played["dried"] <= 2
    assert max(played["waiting"][60:]) < 0.1


RESAMPLE: Final = """async ({ from, to, hz }) => {
  const { Resampler } = await import("/static/phone/resampler.js");
  const sound = (n) => Math.sin((2 * Math.PI * hz * n) / from);
  const pushed = [], pulled = [];
  const pusher = new Resampler(from, to), puller = new Resampler(from, to);
  for (let n = 0; n < from; n++) pusher.push(sound(n), (sample) => pushed.push(sample));
  let read = 0;
  for (let n = 0; n < to; n++) pulled.push(puller.pull(() => sound(read++)));
  const level = (samples) => {
    const part = samples.slice(2000, 6800); // whole periods, away from the ends
    let cosine = 0, sine = 0, power = 0;
    part.forEach((sample, n) => {
      const angle = (2 * Math.PI * hz * n) / to;
      cosine += sample * Math.cos(angle);
      sine += sample * Math.sin(angle);
      power += sample * sample;
    });
    const tone = (2 * (cosine ** 2 + sine ** 2)) / part.length;
    return { power: power / part.length, rest: Math.max(0, power - tone) / power };
  };
  return [level(pushed), level(pulled), pushed.length, read];
}"""


@pytest.mark.parametrize("rates", [(48_000, 16_000), (16_000, 48_000), (44_100, 16_000)])
async def test_a_tone_stays_that_tone_at_another_rate(page: Page, rates: tuple[int, int]) -> None:
    from_hz, to_hz = rates
    pushed, pulled, written, read = await page.evaluate(
        RESAMPLE, {"from": from_hz, "to": to_hz, "hz": 1000}
    )
    for level in (pushed, pulled):
        assert level["power"] == pytest.approx(0.5, rel=0.02)
        assert level["rest"] < 1e-4
    assert written == pytest.approx(to_hz, abs=3)
    assert read == pytest.approx(from_hz, abs=3)


async def test_what_is_too_high_for_a_rate_is_cut_off(page: Page) -> None:
    pushed, _, _, _ = await page.evaluate(RESAMPLE, {"from": 48_000, "to": 16_000, "hz": 12_000})
    assert pushed["power"] < 1e-5
