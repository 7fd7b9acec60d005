"""What an operator may ask for on the page of a live meeting: one table.

The page makes its buttons from it, and `admin/steering.py` carries out what they ask. A further
order is one more entry.
"""

from dataclasses import dataclass
from typing import Final

from conference_app.admin import order_actions
from conference_app.admin.order_actions import CarryOut


@dataclass(frozen=True, slots=True)
class Order:
    """One thing to ask for. `right`: the permission that it takes.

    `person`: it is asked of a participant, not of the meeting. `shown`: in which state of that it
    makes sense, as names that are to be true ("recorded !paused": and the second not). `asks`: what
    has to be said along with it, "volume" or "announcement". `confirm`: the question that comes
    first. `done`: what is said afterwards, {who} being the person's name. `undo`: the order that
    takes it back; the same one: with what was before.
    """

    name: str
    right: str
    label: str
    icon: str
    carry_out: CarryOut
    person: bool = False
    shown: str = ""
    asks: str = ""
    confirm: str = ""
    done: str = ""
    undo: str = ""


_CHANGE_PERSON: Final = "conference_app.change_participant"
_CHANGE_MEETING: Final = "conference_app.change_conference"
_START_RECORDING: Final = "conference_app.add_recording"
_CHANGE_RECORDING: Final = "conference_app.change_recording"
_ADD_CALL: Final = "conference_app.add_call"
_INVITE: Final = "conference_app.add_guestlink"

_FOR_GOOD: Final = "This can not be undone."

ORDERS: Final = (
    Order(
        "mute",
        _CHANGE_PERSON,
        "Mute",
        "mic_off",
        order_actions.wish(muted=True),
        person=True,
        shown="!muted",
        done="Muted {who}.",
        undo="unmute",
    ),
    Order(
        "unmute",
        _CHANGE_PERSON,
        "Unmute",
        "mic",
        order_actions.wish(muted=False),
        person=True,
        shown="muted",
        done="Unmuted {who}.",
        undo="mute",
    ),
    Order(
        "hold",
        _CHANGE_PERSON,
        "Hold",
        "pause",
        order_actions.wish(held=True),
        person=True,
        shown="!hold",
        done="Put {who} on hold.",
        undo="unhold",
    ),
    Order(
        "unhold",
        _CHANGE_PERSON,
        "Take back",
        "play_arrow",
        order_actions.wish(held=False),
        person=True,
        shown="hold",
        done="Took {who} back from hold.",
        undo="hold",
    ),
    Order(
        "volume",
        _CHANGE_PERSON,
        "Volume",
        "volume_up",
        order_actions.volume,
        person=True,
        asks="volume",
        done="Changed the volume of {who}.",
        undo="volume",
    ),
    Order(
        "speak-to",
        _CHANGE_PERSON,
        "Announce",
        "campaign",
        order_actions.announce_to_one,
        person=True,
        asks="announcement",
        done="The announcement to {who} is on its way.",
    ),
    Order(
        "kick",
        _CHANGE_PERSON,
        "Put out",
        "person_remove",
        order_actions.kick,
        person=True,
        confirm="Put {who} out of this meeting? The call goes on with its own TwiML. " + _FOR_GOOD,
        done="Put {who} out.",
    ),
    Order(
        "lock",
        _CHANGE_MEETING,
        "Lock",
        "lock",
        order_actions.lock(True),
        shown="!locked",
        done="Locked the meeting: nobody else comes in.",
        undo="unlock",
    ),
    Order(
        "unlock",
        _CHANGE_MEETING,
        "Unlock",
        "lock_open",
        order_actions.lock(False),
        shown="locked",
        done="Unlocked the meeting.",
        undo="lock",
    ),
    Order(
        "announce",
        _CHANGE_MEETING,
        "Announce",
        "campaign",
        order_actions.announce_to_all,
        asks="announcement",
        done="The announcement is on its way.",
    ),
    Order(
        "record",
        _START_RECORDING,
        "Record",
        "radio_button_checked",
        order_actions.record,
        shown="started !recorded",
        done="The meeting is recorded from now on.",
    ),
    Order(
        "pause",
        _CHANGE_RECORDING,
        "Pause recording",
        "pause_circle",
        order_actions.pause,
        shown="recorded !paused",
        done="Paused the recording.",
        undo="resume",
    ),
    Order(
        "resume",
        _CHANGE_RECORDING,
        "Resume recording",
        "play_circle",
        order_actions.resume,
        shown="recorded paused",
        done="The recording goes on.",
        undo="pause",
    ),
    Order(
        "stop",
        _CHANGE_RECORDING,
        "Stop recording",
        "stop_circle",
        order_actions.stop,
        shown="recorded",
        done="Stopped the recording.",
    ),
    Order("invite", _INVITE, "Guest link", "link", order_actions.invite, done="Made a guest link."),
    Order(
        "test-speaker",
        _ADD_CALL,
        "Test speaker",
        "record_voice_over",
        order_actions.call_test_speaker,
        done="The test speaker is called in.",
    ),
    Order(
        "end",
        _CHANGE_MEETING,
        "End meeting",
        "call_end",
        order_actions.end,
        confirm="End this meeting for everybody? Their calls go on with their own TwiML. "
        + _FOR_GOOD,
    ),
)
