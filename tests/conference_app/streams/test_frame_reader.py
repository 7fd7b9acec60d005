"""The short way of sound, against the full parser of the websockets library."""

import struct
from contextlib import suppress
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.speedups import apply_mask

from conference_app.streams.frame_reader import (
    OUR_PINGS,
    FrameBoundary,
    only_message,
    take_frames,
)

MASK = b"\x12\x00\xfe\x34"

frames = st.builds(
    Frame,
    st.sampled_from([Opcode.BINARY, Opcode.TEXT, Opcode.PING, Opcode.PONG, Opcode.CONT]),
    st.one_of(st.binary(max_size=20), st.sampled_from([b"a" * n for n in (125, 126, 160, 70_000)])),
    st.booleans(),
)


def written(frame: Frame) -> bytes:
    """A frame as a client sends it, whether the RFC allows it or not."""
    first = frame.fin << 7 | frame.rsv1 << 6 | frame.opcode
    length = len(frame.data)
    if length < 126:
        header = struct.pack("!BB", first, 0x80 | length)
    elif length < 65_536:
        header = struct.pack("!BBH", first, 0x80 | 126, length)
    else:
        header = struct.pack("!BBQ", first, 0x80 | 127, length)
    return header + MASK + apply_mask(frame.data, MASK)


def taken(data: bytes) -> tuple[list[str | bytes | int], bytes]:
    """Messages and the numbers of pongs, in order, and what is left."""
    those: list[str | bytes | int] = []
    rest = take_frames(data, those.append, those.append)
    return those, rest


def our_pong(number: int) -> Frame:
    return Frame(Opcode.PONG, OUR_PINGS + number.to_bytes(8, "big"))


@pytest.mark.parametrize("size", [0, 1, 125, 126, 160, 640, 65_535])
def test_a_whole_binary_frame_is_unmasked(size: int) -> None:
    payload = bytes(n % 251 for n in range(size))
    assert taken(written(Frame(Opcode.BINARY, payload))) == ([payload], b"")


def test_several_frames_in_one_read_come_in_order() -> None:
    data = b"".join(written(Frame(Opcode.BINARY, bytes([n]) * 160)) for n in range(5))
    assert taken(data)[0] == [bytes([n]) * 160 for n in range(5)]


def test_a_pong_of_ours_is_taken_off_wherever_it_stands() -> None:
    sound, pong = Frame(Opcode.BINARY, b"sound"), our_pong(2**40)
    text = Frame(Opcode.TEXT, "né".encode())
    data = b"".join(map(written, (pong, sound, pong, pong, text)))
    assert taken(data) == ([2**40, b"sound", 2**40, 2**40, "né"], b"")


def test_ten_times_as_many_frames_take_about_ten_times_as_long() -> None:
    def cpu_s(count: int) -> float:
        data = written(Frame(Opcode.BINARY, b"\0\0")) * count
        begun = process_time()
        taken(data)
        return process_time() - begun

    few, many = (min(cpu_s(count) for _ in range(3)) for count in (4_000, 40_000))
    assert many < 30 * few


@pytest.mark.parametrize(
    "frame",
    [
        Frame(Opcode.TEXT, b"\xff"),
        Frame(Opcode.TEXT, b"{}", fin=False),
        Frame(Opcode.BINARY, b"part", fin=False),
        Frame(Opcode.PONG, b""),
        Frame(Opcode.PONG, OUR_PINGS),
        Frame(Opcode.PONG, OUR_PINGS + b"a" * 9),
        Frame(Opcode.PONG, OUR_PINGS[::-1] + b"a" * 8),
        Frame(Opcode.PONG, OUR_PINGS + b"a" * 8, fin=False),
        Frame(Opcode.PING, OUR_PINGS + b"a" * 8),
        Frame(Opcode.CONT, b"part"),
        Frame(Opcode.PING, b""),
        Frame(Opcode.CLOSE, b"\x03\xe8"),
        Frame(Opcode.BINARY, b"a" * 65_536),
        Frame(Opcode.BINARY, b"reserved", rsv1=True),
    ],
    ids=lambda frame: f"{frame.opcode.name} {len(frame.data)}",
)
def test_everything_else_is_left_to_the_parser(frame: Frame) -> None:
    sound, other = written(Frame(Opcode.BINARY, b"sound")), written(frame)
    assert taken(sound + other + sound) == ([b"sound"], other + sound)


def test_a_frame_that_is_not_masked_is_left_to_the_parser_which_refuses_it() -> None:
    unmasked = bytes(Frame(Opcode.BINARY, b"sound").serialize(mask=False))
    assert taken(unmasked) == ([], unmasked)


def test_a_frame_that_is_not_all_there_is_left() -> None:
    whole = written(Frame(Opcode.BINARY, b"a" * 160))
    for size in range(len(whole)):
        assert taken(whole[:size]) == ([], whole[:size])


@given(st.lists(frames, max_size=8), st.data())
def test_the_boundary_is_reached_exactly_at_the_ends_of_frames(
    some: list[Frame], data: st.DataObject
) -> None:
    stream, ends = b"", {0}
    for frame in some:
        stream += written(frame)
        ends.add(len(stream))
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=12))
    boundary = FrameBoundary()
    for begin, end in pairwise(sorted({0, *cuts, *ends})):
        boundary.pass_over(stream[begin:end])
        assert boundary.reached == (end in ends)


@given(frames, st.binary(max_size=300))
def test_one_frame_alone_is_read_as_it_is_among_others(frame: Frame, before: bytes) -> None:
    data = written(frame)
    buffer = bytearray(before.ljust(80_000, b"\x82"))
    buffer[: len(data)] = data
    expected: str | bytes | None = None
    if frame.fin and not frame.rsv1 and len(frame.data) < 65_536:
        if frame.opcode is Opcode.BINARY:
            expected = bytes(frame.data)
        elif frame.opcode is Opcode.TEXT:
            with suppress(UnicodeDecodeError):
                expected = bytes(frame.data).decode()
    assert only_message(buffer, len(data)) == expected


def test_text_that_is_not_utf_8_is_the_parsers() -> None:
    for text, expected in ((b"{}", "{}"), ("né".encode(), "né"), (b"\xff", None)):
        data = written(Frame(Opcode.TEXT, text))
        assert only_message(bytearray(data), len(data)) == expected


@pytest.mark.parametrize("size", [0, 160, 65_536])
def test_no_more_and_no_less_than_one_frame_counts_as_one(size: int) -> None:
    data = written(Frame(Opcode.BINARY, bytes(size)))
    buffer = bytearray(data * 2)
    counts = [count for count in range(1, len(buffer)) if only_message(buffer, count) is not None]
    assert counts == ([len(data)] if size < 65_536 else [])
