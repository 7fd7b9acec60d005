"""A call beside its row: what it is to do, and of one that we make whom to ring.

It lives in memory only. A call does not outlive its process, and neither does its plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from conference_app.models import Call
from conference_app.twiml import CallAnswered, TwimlDocument

DEFAULT_RINGING_S: Final = 60
DEFAULT_TIME_LIMIT_S: Final = 14_400
"""Of calls that we make; calls that come in have none."""

CLIENT_PREFIX: Final = "client:"
TEST_SPEAKER_PREFIX: Final = "test-speaker:"


@dataclass(frozen=True, slots=True)
class CallPlan:
    """What a call does. `document`: the TwiML, or the verbs, that it begins with; None: what
    `answered` names is asked for. `parameters`: told to the one who is called.
    """

    answered: CallAnswered
    document: str | TwimlDocument | None = None
    send_digits: str = ""
    ringing_s: int = DEFAULT_RINGING_S
    time_limit_s: int | None = None
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """A call that is to ring: the row, as it was written, and the plan.

    `address`: an identity that clients register as, a ws or wss URL, or the SID of the conference
    that a test speaker comes to.
    """

    call: Call
    plan: CallPlan
    address: str

    @property
    def is_to_client(self) -> bool:
        """Whether it rings at clients, and not at an agent's URL."""
        return self.call.called.startswith(CLIENT_PREFIX)

    @property
    def is_to_test_speaker(self) -> bool:
        """Whether it is this process that speaks."""
        return self.call.called.startswith(TEST_SPEAKER_PREFIX)
