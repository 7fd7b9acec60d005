"""What somebody is to hear by order of the API, carried through the engine unread."""

import json
from dataclasses import asdict, dataclass
from typing import Self

from conference_app.twiml import Fetch, HttpMethod


@dataclass(frozen=True, slots=True)
class SoundWish:
    """A URL, absolute. None: the default music; "": silence. Or a `text` to be read aloud."""

    url: str | None = None
    method: HttpMethod = "POST"
    params: tuple[tuple[str, str], ...] = ()
    text: str = ""

    @property
    def fetch(self) -> Fetch:
        """Give the request that it takes."""
        return Fetch(self.url or "", self.method, self.params)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what to_json() wrote; "" is no wish in particular."""
        said = json.loads(text) if text else {}
        params = tuple((name, value) for name, value in said.pop("params", ()))
        return cls(**said, params=params)

    def to_json(self) -> str:
        """Write it down."""
        return json.dumps(asdict(self))
