"""What goes wrong with a call through the fault of its documents and servers, on record."""

import logging
from typing import Final

from conference_app.models import AlertLevel, Call
from conference_app.services import alerts
from conference_app.services.http_door import Asker
from conference_app.twiml import Fetch, JoinRoom, PlayUrl, Step, TwimlDocument

logger = logging.getLogger(__name__)

WARNINGS_TOLD: Final = 20
"""Of one document: they all go to the database before the call goes on."""


class FaultLog:
    """Faults of one call (or of what an account does beside its calls): told to operator and owner
    as they come; `last` is for the call's row.
    """

    def __init__(self, asker: Asker) -> None:
        self._call = asker if isinstance(asker, Call) else None
        self._account = asker.account if isinstance(asker, Call) else asker
        self._sid = asker.sid
        self.last: tuple[int, str] | None = None

    async def fault(self, code: int, message: str, step: Step) -> None:
        """Note what went wrong with a step; the same fault twice in a row is told once."""
        if self.last != (code, message):
            logger.warning("%s: %d %s", self._sid, code, message)
            url, method = _asked(step)
            await alerts.report(
                account=self._account,
                call=self._call,
                code=code,
                message=message,
                request_url=url,
                request_method=method,
            )
        self.last = (code, message)

    async def warn(self, code: int, message: str, step: Step) -> None:
        """Note what a step did otherwise than it was asked to."""
        logger.warning("%s: %d %s", self._sid, code, message)
        url, method = _asked(step)
        await alerts.report(
            account=self._account,
            call=self._call,
            level=AlertLevel.WARNING,
            code=code,
            message=message,
            request_url=url,
            request_method=method,
        )

    async def warnings(self, document: TwimlDocument, step: Fetch) -> None:
        """Note what was passed over in a document."""
        for warning in document.warnings[:WARNINGS_TOLD]:
            message = f"line {warning.line} of its TwiML: {warning.reason}"
            logger.warning("%s: %d at %s", self._sid, warning.code, message)
            await alerts.report(
                account=self._account,
                call=self._call,
                level=AlertLevel.WARNING,
                code=warning.code,
                message=message,
                request_url=step.url,
                request_method=step.method,
            )


def _asked(step: Step) -> tuple[str, str]:
    """Give URL and method of the request that a step makes; "" where it makes none."""
    match step:
        case Fetch(url=url, method=method):
            return url, method
        case PlayUrl(url=url):
            return url, "GET"
        case JoinRoom(conference=conference):
            return conference.wait_url or "", conference.wait_method
        case _:
            return "", ""
