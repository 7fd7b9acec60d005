"""The phone in a browser, as tests use it: what to press, and what is heard at both ends."""

from typing import Final

from playwright.async_api import Page, expect

from conference_app.headless_caller import HeadlessCaller
from tests.browser.conftest import BROWSERS_HZ
from tests.end_to_end.server import Server
from tests.end_to_end.sound import RATE_HZ, heard, tone_dbfs
from tests.end_to_end.waiting import hear

CALLERS_HZ: Final = 600
_PLAYED_FASTER: Final = 0.02
"""At most, while the phone's jitter buffer sheds what was too much (jitter_buffer.js)."""
_BIN_HZ: Final = 48_000 / 8192
ROOM: Final = "<Dial><Conference beep='false' waitUrl=''>{}</Conference></Dial>"

STRONGEST_HEARD: Final = """async (seconds) => {
  const source = window.heardForTests;
  const analyser = new AnalyserNode(source.context, { fftSize: 8192, smoothingTimeConstant: 0 });
  source.connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  const sum = new Float64Array(bins.length);
  for (let n = 0; n < 5 * seconds; n++) {
    await new Promise((done) => setTimeout(done, 200));
    analyser.getFloatFrequencyData(bins);
    bins.forEach((decibels, bin) => (sum[bin] += 10 ** (decibels / 10)));
  }
  const strongest = sum.indexOf(Math.max(...sum));
  return [(strongest * source.context.sampleRate) / analyser.fftSize, sum[strongest]];
}"""
"""The frequency in Hz that is strongest in what the page plays, and its power."""


def is_the_callers(hz: float) -> bool:
    """Whether that frequency may be the caller's tone, at whatever pace it is played."""
    return abs(hz - CALLERS_HZ) < CALLERS_HZ * _PLAYED_FASTER + _BIN_HZ


KEEP_WHAT_IS_HEARD: Final = """
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (target, ...rest) {
  if (target instanceof AudioDestinationNode) window.heardForTests = this;
  return connect.call(this, target, ...rest);
};
"""


KEEP_SOCKETS: Final = """
const Real = WebSocket;
window.sockets = [];
window.WebSocket = class extends Real {
  constructor(...all) { super(...all); window.sockets.push(this); }
};
"""
"""Has the page's connections in `window.sockets`, the oldest first."""


async def open_phone(page: Page, url: str) -> list[str]:
    """Open a page; give what goes wrong on it, which grows."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    await page.add_init_script(KEEP_WHAT_IS_HEARD)
    await page.goto(url)
    return wrong


async def call(page: Page, to: str) -> None:
    """Have the phone call a room, and wait until it is connected."""
    await page.get_by_label("Room", exact=True).fill(to)
    await page.get_by_role("button", name="Call").click()
    await is_connected(page)


async def is_connected(page: Page) -> None:
    await expect(page.get_by_role("status")).to_have_text("You are connected.")


async def room_application(server: Server, room: str, *, name: str = "") -> str:
    """Make an application that brings a caller to a room, and give its SID. `name`: its own."""
    document = server.web.put_twiml(ROOM.format(room))
    form = {"FriendlyName": name} if name else {}
    status, answer = await server.rest("POST", "Applications", None, VoiceUrl=document, **form)
    assert status == 201, answer
    return str(answer["sid"])


async def hears_the_browser(caller: HeadlessCaller) -> bool:
    """Whether the pulses are in a second of what the caller hears, and nothing else is as loud."""
    await hear(caller, 1)
    second = heard(caller)[-RATE_HZ:]
    elsewhere = max(tone_dbfs(second, hz) for hz in (350, 1700, 2600))
    return tone_dbfs(second, BROWSERS_HZ) > max(-50.0, elsewhere + 15)


async def offer(page: Page, application: str) -> None:
    """Choose an application that is no example."""
    await page.evaluate(
        "(name) => document.querySelector('[name=application]')"
        ".add(new Option(name, name, true, true))",
        application,
    )
