"""The speaking half of a headless caller: 20 ms of sound by the clock, keys and marks."""

import asyncio
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

from typing_extensions import override

from conference_app import sids
from conference_app.headless_caller.conversation import ANSWER_WITHIN_S, Conversation
from conference_app.headless_caller.line import CallFailed, Line
from conference_app.headless_caller.schedule import Schedule
from conference_app.headless_caller.speech import Speech
from media_engine.dialects import (
    DIALECTS,
    L16,
    MULAW,
    Register,
    Registered,
    Ring,
    Start,
    WireFormat,
)
from media_engine.pcm import Pcm

_KEY_GAP_S: Final = 0.1
_KEY_PAUSE_S: Final = 0.5


class HeadlessCaller(Conversation):
    """A caller that speaks `play` and keeps what it hears.

    `async with` makes the call and hangs up; with `register` it waits for calls instead, and
    `answer` takes one. What was heard stays readable afterwards. All methods belong to the event
    loop that made the call.
    """

    def __init__(  # noqa: PLR0913 - all by name, and most callers need three of them
        self,
        url: str,
        *,
        to: str = "",
        from_: str | None = None,
        play: Pcm | None = None,
        loop: bool = False,
        dialect: str = "native",
        encoding: str | None = None,
        rate_hz: int | None = None,
        auth: tuple[str, str] | None = None,
        token: str | None = None,
        register: str | None = None,
        custom_parameters: Mapping[str, str] | None = None,
        send_silence: bool = True,
        eager: bool = False,
        receive_buffer_bytes: int | None = None,
        ping_interval_s: float | None = None,
    ) -> None:
        """Prepare a call; nothing is sent yet.

        `to`: an application's SID or name. `play`: sound at the rate of the wire. `encoding` and
        `rate_hz`: for native L16 at 16000 Hz, otherwise mu-law and 8000 Hz, unless given. `auth`:
        account SID and auth token, for HTTP Basic. `register`: the identity whose calls to take.
        `send_silence`: speak silence where there is no sound. `eager`: speak before the server has
        answered. `receive_buffer_bytes`: the kernel's, small where `pause_reading` is to be felt
        soon. `ping_interval_s`: how often to ask whether the server is alive; None where the caller
        is to pause its reading and stay.

        UnsupportedFormat for a format that is not spoken, KeyError for an unknown dialect.
        """
        kind = DIALECTS[dialect]
        start = Start(
            to=to,
            from_=from_,
            format=wire_format(dialect, encoding, rate_hz),
            call_sid=sids.new("CA"),
            stream_sid=sids.new("MZ"),
            account_sid=auth[0] if auth else sids.new("AC"),
            token=token,
            custom_parameters=custom_parameters or {},
        )
        line = Line(url, kind.subprotocol, auth, receive_buffer_bytes, ping_interval_s)
        waits = Register(register, token) if register is not None else None
        super().__init__(line, kind.client(), start, waits)
        self.frames_sent = 0
        self.speaking_since_s: float | None = None
        """When the first frame of the present sound was sent (`time.monotonic`)."""
        self._speech = Speech(start.format, send_silence=send_silence)
        self._schedule: Schedule | None = None
        self._eager = eager
        self._speaker: asyncio.Task[None] | None = None
        if play is not None:
            self.play(play, loop=loop)

    async def __aenter__(self) -> Self:
        """Call, or register. CallFailed when the server is not reached, refuses, or gives no answer
        in 10 s.
        """
        try:
            await self._open()
            if self._register is not None:
                await self.wait_for(Registered(self._register.identity), ANSWER_WITHIN_S)
                return self
            if self._eager:
                self._begin_to_speak()
            await self._wait_for_answer()
            self._begin_to_speak()
        except BaseException:
            await self.hang_up()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.hang_up()

    @override
    async def answer(self, ring: Ring) -> None:
        await super().answer(ring)
        self._begin_to_speak()

    @override
    async def hang_up(self) -> None:
        self._stop_speaking()
        await super().hang_up()

    def vanish(self) -> None:
        """Be silent and deaf, as a stopped process is: the connection stays, nothing answers."""
        self.pause_reading()
        self._stop_speaking()

    def play(self, pcm: Pcm, *, loop: bool = False) -> None:
        """Speak this from the next frame on, in place of what is spoken; empty: be silent."""
        self._speech.play(pcm, loop=loop)
        self.speaking_since_s = None

    @property
    def playing(self) -> bool:
        """Whether there may be sound left to speak."""
        return self._speech.playing

    @property
    def skipped_frames(self) -> int:
        """Places in time that stayed empty because this process, or the network, stalled."""
        return self._schedule.skipped_frames if self._schedule is not None else 0

    async def send_digit(self, digit: str) -> None:
        """Press a key."""
        await self.send_raw(self._sayable(self._dialect.dtmf(digit)))

    async def send_digits(self, digits: str) -> None:
        """Press keys one after another; `w` waits half a second, as in Twilio's SendDigits."""
        for digit in digits:
            if digit != "w":
                await self.send_digit(digit)
            await asyncio.sleep(_KEY_PAUSE_S if digit == "w" else _KEY_GAP_S)

    async def send_mark(self, name: str) -> None:
        """Ask for this mark back; `wait_for(Mark(name))` sees it come."""
        self._own_marks.add(name)
        await self.send_raw(self._sayable(self._dialect.mark(name)))

    async def send_clear(self) -> None:
        """Ask the server to forget what it has not played yet. ValueError in the twilio dialect."""
        await self.send_raw(self._sayable(self._dialect.clear()))

    def _begin_to_speak(self) -> None:
        if self._speaker is None:
            self._speaker = self._tasks.start(self._speak(), name="caller speaks")

    def _stop_speaking(self) -> None:
        if self._speaker is not None:
            self._speaker.cancel()

    async def _speak(self) -> None:
        self._schedule = Schedule(time.monotonic())
        try:
            while True:
                await self._return_due_marks()
                await self._send_frame()
                await asyncio.sleep(self._schedule.next_delay_s(time.monotonic()))
        except CallFailed:
            return  # the connection is closed, which the reading half tells

    async def _send_frame(self) -> None:
        payload = self._speech.next_payload()
        if payload is None:
            return
        if self.speaking_since_s is None and self._speech.playing:
            self.speaking_since_s = time.monotonic()
        await self.send_raw(self._dialect.media(payload))
        self.frames_sent += 1

    async def _return_due_marks(self) -> None:
        for name in self._playout.due_marks(time.monotonic()):
            await self.send_raw(self._sayable(self._dialect.mark(name)))


def wire_format(
    dialect: str, encoding: str | None = None, rate_hz: int | None = None
) -> WireFormat:
    """Complete what is not given; UnsupportedFormat when the result is not spoken."""
    if encoding is None:
        encoding = L16 if dialect == "native" else MULAW
    if rate_hz is None:
        rate_hz = 16000 if encoding == L16 else 8000
    return WireFormat(encoding, rate_hz)
