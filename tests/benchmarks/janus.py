"""Janus under measurement: Debian's package, with AudioBridge and nothing else loaded."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.benchmarks.job import Address
from tests.benchmarks.pinned import finish, start_pinned
from tests.benchmarks.server import ServerFailed, free_port, listens

_PLUGIN: Final = "libjanus_audiobridge.so"
_TRANSPORT: Final = "libjanus_websockets.so"
_READY_WITHIN_S: Final = 20.0

_MAIN: Final = """\
general: {{
    plugins_folder = "{folder}/plugins"
    transports_folder = "{folder}/transports"
    debug_level = 1
    session_timeout = 0
}}
plugins: {{ disable = "{no_plugins}" }}
transports: {{ disable = "{no_transports}" }}
"""

_AUDIO_BRIDGE: Final = """\
general: { local_ip = "127.0.0.1" }
"""

_WEBSOCKETS: Final = """\
general: {{ json = "compact", ws = true, ws_port = {port}, ws_ip = "127.0.0.1" }}
admin: {{ admin_ws = false }}
"""


class Janus:
    """Janus on `core`, configured in `directory`. Raises ServerFailed when it is not installed."""

    name = "Janus"

    def __init__(self, directory: Path, core: int) -> None:
        program = shutil.which("janus")
        if program is None:
            raise ServerFailed("Janus is not installed: apt-get install janus (Debian's package)")
        self._core = core
        self._log = directory / "janus.log"
        self._command = [program, "--configs-folder", str(directory), "--disable-colors"]
        self.address = Address(port=free_port(), says_health=False)
        self._configure(directory)

    def version(self) -> str:
        """Give what it says of its version."""
        done = subprocess.run(
            [self._command[0], "--help"], text=True, capture_output=True, check=False
        )
        found = re.search(r"Janus version: \d+ \(([\d.]+)\)", done.stdout)
        return found[1] if found else "of an unknown version"

    @contextmanager
    def running(self) -> Iterator[int]:
        """Start it, give its process id when it is ready, and stop it. Raises ServerFailed."""
        with self._log.open("wb") as log:
            process = start_pinned(
                self._command, self._core, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            give_up_at = time.monotonic() + _READY_WITHIN_S
            while not listens(self.address.port):
                if process.poll() is not None or time.monotonic() > give_up_at:
                    raise ServerFailed(f"Janus did not start\n{self.last_words()}")
                time.sleep(0.1)
            yield process.pid
        finally:
            finish(process)

    def last_words(self) -> str:
        """Give the end of the log of the last start."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])

    def errors(self) -> list[str]:
        """What it logs as an error does not spoil its figures."""
        return []

    def _configure(self, directory: Path) -> None:
        folder = _library_folder()
        main = _MAIN.format(
            folder=folder,
            no_plugins=_all_but(folder / "plugins", _PLUGIN),
            no_transports=_all_but(folder / "transports", _TRANSPORT),
        )
        (directory / "janus.jcfg").write_text(main)
        (directory / "janus.plugin.audiobridge.jcfg").write_text(_AUDIO_BRIDGE)
        (directory / "janus.transport.websockets.jcfg").write_text(
            _WEBSOCKETS.format(port=self.address.port)
        )


def _library_folder() -> Path:
    for plugin in sorted(Path("/usr").glob(f"lib*/**/janus/plugins/{_PLUGIN}")):
        return plugin.parents[1]
    raise ServerFailed(f"Janus is installed without {_PLUGIN}: apt-get install janus")


def _all_but(folder: Path, one: str) -> str:
    return ",".join(sorted(path.name for path in folder.glob("*.so") if path.name != one))
