from dataclasses import FrozenInstanceError

import pytest

from conference_app.twiml.verbs import Beep, Conference, Dial, DialRecord


@pytest.mark.parametrize(
    ("beep", "on_enter", "on_exit"),
    [
        (Beep.TRUE, True, True),
        (Beep.FALSE, False, False),
        (Beep.ON_ENTER, True, False),
        (Beep.ON_EXIT, False, True),
    ],
)
def test_a_beep_sounds_when_its_word_says(beep: Beep, on_enter: bool, on_exit: bool) -> None:
    assert (beep.on_enter, beep.on_exit) == (on_enter, on_exit)


@pytest.mark.parametrize(
    ("attribute", "default"),
    [
        ("muted", False),
        ("beep", Beep.TRUE),
        ("start_on_enter", True),
        ("end_on_exit", False),
        ("wait_url", None),
        ("wait_method", "POST"),
        ("max_participants", 40),
        ("record", False),
        ("trim", True),
        ("event_callback_url", None),
        ("participant_label", None),
        ("jitter_buffer_size", "large"),
        ("region", None),
        ("coach", None),
        ("status_callback", None),
        ("status_callback_method", "POST"),
        ("status_callback_events", ()),
        ("recording_status_callback", None),
        ("recording_status_callback_method", "POST"),
        ("recording_status_callback_events", ("completed",)),
    ],
)
def test_a_conference_has_the_defaults_of_the_page(attribute: str, default: object) -> None:
    assert getattr(Conference("room"), attribute) == default


@pytest.mark.parametrize(
    ("attribute", "default"),
    [
        ("action", None),
        ("method", "POST"),
        ("hangup_on_star", False),
        ("time_limit_seconds", 14400),
        ("record", DialRecord.DO_NOT_RECORD),
        ("trim", False),
        ("timeout_seconds", 30),
        ("caller_id", None),
        ("answer_on_bridge", False),
        ("recording_status_callback", None),
        ("recording_status_callback_method", "POST"),
        ("recording_status_callback_events", ("completed",)),
        ("recording_track", "both"),
    ],
)
def test_a_dial_has_the_defaults_of_the_page(attribute: str, default: object) -> None:
    assert getattr(Dial(Conference("room")), attribute) == default


def test_a_verb_does_not_change_once_it_is_read() -> None:
    with pytest.raises(FrozenInstanceError):
        Conference("room").muted = True  # type: ignore[misc]
