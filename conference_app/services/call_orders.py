"""What a call under way can be ordered from outside; carried through the engine unread."""

import json
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class NewDocument:
    """Go on with another document: what `url` gives, or `twiml` itself; "" stands for none."""

    url: str = ""
    method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    twiml: str = ""

    def to_json(self) -> str:
        """Write it down."""
        return json.dumps({"order": "new-document", **asdict(self)})


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up."""

    def to_json(self) -> str:
        """Write it down."""
        return json.dumps({"order": "end-call"})


@dataclass(frozen=True, slots=True)
class LimitCall:
    """Last so many seconds from the call's beginning at the most; what is being done goes on."""

    seconds: int

    def to_json(self) -> str:
        """Write it down."""
        return json.dumps({"order": "limit-call", **asdict(self)})


Order: TypeAlias = NewDocument | EndCall | LimitCall


def read_order(text: str) -> Order:
    """Read what to_json() wrote. Raises ValueError."""
    said: dict[str, Any] = json.loads(text)
    kind = said.pop("order")
    if kind == "end-call":
        return EndCall()
    if kind == "new-document":
        return NewDocument(**said)
    if kind == "limit-call":
        return LimitCall(**said)
    raise ValueError(f"no order: {kind}")
