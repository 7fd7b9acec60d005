import pytest

from tests.benchmarks.rtp import count_lost, read_packet, write_packet

SOUND = bytes(range(160))


@pytest.mark.parametrize("number", [0, 1, 65_535, 65_536, 30_000_000])
def test_a_packet_is_read_as_it_was_written(number: int) -> None:
    packet = write_packet(number, 7, SOUND)
    assert read_packet(packet) == (number & 0xFFFF, SOUND)
    assert int.from_bytes(packet[4:8]) == number * 160 % 2**32
    assert int.from_bytes(packet[8:12]) == 7


def test_what_is_around_the_sound_is_not_taken_for_sound() -> None:
    header = write_packet(5, 7, b"")
    sources = bytes([header[0] | 2]) + header[1:] + bytes(8) + SOUND
    extension = bytes([header[0] | 0x10]) + header[1:] + b"\xbe\xde\x00\x01" + bytes(4) + SOUND
    padding = bytes([header[0] | 0x20]) + header[1:] + SOUND + b"\x00\x00\x03"
    for packet in (sources, extension, padding):
        assert read_packet(packet) == (5, SOUND)


@pytest.mark.parametrize("packet", [b"", bytes(12), write_packet(0, 1, b"")[:1] + b"\x08" * 20])
def test_anything_else_is_an_error(packet: bytes) -> None:
    with pytest.raises(ValueError):
        read_packet(packet)


@pytest.mark.parametrize(
    ("sequences", "lost"),
    [
        ([], 0),
        ([9], 0),
        ([1, 2, 4, 5], 1),
        ([65_534, 65_535, 0, 1], 0),
        ([65_534, 2], 3),
        ([2, 1, 3], 0),
        ([1, 1, 3], 1),
        ([n % 65_536 for n in range(60_000, 200_000) if n != 150_000], 1),
    ],
)
def test_lost_packets_are_counted_across_the_wrap(sequences: list[int], lost: int) -> None:
    assert count_lost(sequences) == lost
