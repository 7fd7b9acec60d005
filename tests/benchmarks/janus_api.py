"""Janus' own API over a WebSocket, as far as plain RTP participants of AudioBridge need it.

https://janus.conf.meetecho.com/docs/audiobridge.html
"""

import json
from typing import Any, Final

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Subprotocol

_PLUGIN: Final = "janus.plugin.audiobridge"
_LONGEST_MESSAGE: Final = 8 << 20
_ANSWER_WITHIN_S: Final = 20.0

MIX_HZ: Final = 8000
"""At which its rooms mix: what its participants speak, so that it need not resample."""


class JanusRefused(Exception):
    """Janus said no, or something that is not understood."""


class JanusApi:
    """One session. Raises JanusRefused, OSError (TimeoutError when nothing is answered)."""

    def __init__(self, port: int) -> None:
        self._socket = connect(
            f"ws://127.0.0.1:{port}",
            subprotocols=[Subprotocol("janus-protocol")],
            compression=None,
            max_size=_LONGEST_MESSAGE,
            ping_interval=None,
        )
        self._asked = 0
        self._session: int | None = None
        self._session = self._ask("create")["data"]["id"]
        self._manager = self._attach()

    def create_room(self, room: int) -> None:
        """Make a room that mixes at MIX_HZ, for participants who come by plain RTP."""
        wanted = {
            "request": "create",
            "room": room,
            "sampling_rate": MIX_HZ,
            "allow_rtp_participants": True,
            "audiolevel_ext": False,
        }
        self._tell(self._manager, wanted)

    def join(self, room: int, port: int) -> int:
        """Bring in one who hears at `port`; give the port at which he is heard."""
        wanted = {
            "request": "join",
            "room": room,
            "codec": "pcmu",
            "rtp": {"ip": "127.0.0.1", "port": port},
        }
        joined = self._tell(self._attach(), wanted)
        return int(joined["rtp"]["port"])

    def close(self) -> None:
        """Leave everything as it is, and go."""
        self._socket.close()

    def _attach(self) -> int:
        return int(self._ask("attach", plugin=_PLUGIN)["data"]["id"])

    def _tell(self, handle: int, body: dict[str, Any]) -> dict[str, Any]:
        data: dict[str, Any] = self._ask("message", handle_id=handle, body=body)["plugindata"][
            "data"
        ]
        if "error" in data:
            raise JanusRefused(f"{body['request']}: {data['error']}")
        return data

    def _ask(self, what: str, **members: Any) -> dict[str, Any]:
        self._asked += 1
        asked = {"janus": what, "transaction": str(self._asked), **members}
        if self._session is not None:
            asked["session_id"] = self._session
        try:
            self._socket.send(json.dumps(asked))
            return self._answer(what, asked["transaction"])
        except WebSocketException as error:
            raise JanusRefused(f"{what}: {error}") from error

    def _answer(self, what: str, transaction: str) -> dict[str, Any]:
        while True:
            said: dict[str, Any] = json.loads(self._socket.recv(_ANSWER_WITHIN_S))
            # In between come the news of everybody who is in a room.
            if said.get("transaction") != transaction or said["janus"] == "ack":
                continue
            if said["janus"] == "error":
                raise JanusRefused(f"{what}: {said['error']['reason']}")
            return said
