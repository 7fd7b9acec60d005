"""Announcements in a meeting: whose ears they reach, in which order, and how they end."""

from media_engine.commands import Announce, SetHeld
from media_engine.events import AnnouncementEnded, AnnouncementFailed, ConferenceEnded
from tests.media_engine.meeting import CF, endless, meeting_of, sound, steer, talk_of


def test_an_announcement_to_all_is_over_the_talk_and_in_the_recording() -> None:
    meeting = talk_of("ab", recording_id="RE1")
    steer(meeting, Announce(CF, None, sound(500, 2), "url"))
    assert [meeting.tick() for _ in range(2)] == [{"a": 510, "b": 501}] * 2
    assert meeting.tapes[0].heard[-2:] == [511, 511]
    assert meeting.said(AnnouncementEnded) == []
    assert meeting.tick() == {"a": 10, "b": 1}
    assert meeting.said(AnnouncementEnded) == [AnnouncementEnded(CF, None, "url")]


def test_an_announcement_to_one_is_heard_by_that_one_alone_on_hold_too() -> None:
    meeting = talk_of("ab", recording_id="RE1")
    steer(meeting, Announce(CF, "a", sound(500, 2), "url"))
    assert meeting.tick() == {"a": 510, "b": 1}
    assert meeting.tapes[0].heard[-1] == 11
    steer(meeting, SetHeld(CF, "a", True))
    assert meeting.tick() == {"a": 500, "b": 0}
    meeting.tick()
    assert meeting.said(AnnouncementEnded) == [AnnouncementEnded(CF, "a", "url")]


def test_announcements_to_the_same_ears_follow_one_another() -> None:
    meeting = talk_of("ab")
    steer(meeting, *(Announce(CF, None, sound(level), str(level)) for level in (500, 600)))
    assert [meeting.tick()["b"] for _ in range(3)] == [501, 601, 1]


def test_who_waits_hears_announcements_over_the_music() -> None:
    meeting = meeting_of("a", wait=endless(3))
    steer(meeting, Announce(CF, None, sound(500)))
    assert [meeting.tick()["a"] for _ in range(2)] == [503, 3]


def test_an_announcement_that_nobody_hears_to_its_end_has_failed() -> None:
    meeting = talk_of("ab")
    steer(meeting, Announce(CF, "x", sound(1), "1"), Announce(CF, "a", sound(1), "2"))
    meeting.leave("a")
    steer(meeting, Announce(CF, None, sound(1), "3"))
    meeting.mixer.end()
    failed = [event for event in meeting.events if isinstance(event, AnnouncementFailed)]
    assert [(event.leg_id, event.context) for event in failed] == [
        ("x", "1"),
        ("a", "2"),
        (None, "3"),
    ]
    assert isinstance(meeting.events[-1], ConferenceEnded)


def test_an_announcement_that_can_not_be_read_fails_and_the_talk_goes_on() -> None:
    class Broken:
        def read(self, samples: int) -> None:
            raise OSError("no more")

    meeting = talk_of("ab")
    steer(meeting, Announce(CF, None, Broken(), "1"), Announce(CF, None, sound(500), "2"))
    assert meeting.tick() == {"a": 510, "b": 501}
    assert [type(event) for event in meeting.events] == [AnnouncementFailed]
