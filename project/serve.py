"""The production server: `python -m project.serve`. One process, uvicorn on uvloop."""

import os
import sys
from typing import Final

# Before numpy is loaded: a mixer's products are small, and threads that spin for them take the
# other core's time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

SWITCH_INTERVAL_S: Final = 0.0001
"""How long a busy thread keeps the interpreter while the tick waits for it; Python's own 5 ms makes
ticks late.
"""

MAX_MESSAGE_BYTES: Final = 65_536
SHUTDOWN_S: Final = 10


def main() -> None:
    """Serve until a signal says otherwise."""
    import uvicorn

    from project import settings
    from project.threads import take_precedence

    sys.setswitchinterval(SWITCH_INTERVAL_S)
    take_precedence(real_time=settings.CONFAB_REAL_TIME)
    uvicorn.run(
        "project.asgi:application",
        host=settings.HOST,
        port=settings.PORT,
        loop="uvloop",
        http="httptools",
        ws="conference_app.streams.media_protocol:MediaProtocol",
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        lifespan="on",
        # Its lines would show the tokens in the addresses of sockets.
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )


if __name__ == "__main__":
    main()
