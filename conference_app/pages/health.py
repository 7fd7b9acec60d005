"""Whether this process can do its work, for load balancers and monitors."""

import logging
from dataclasses import asdict

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from conference_app import engine
from conference_app.services import dialing

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database and engine work, 503 when one does not; the body says which.

    The engine's own figures come along: how many legs and meetings, how late its ticks are (with
    `?ticks=500`, those of the last 10 s); how many tasks and calls' programs there are in its loop,
    which go with the calls; and how many calls ring, how many sockets take calls.
    """
    ticks = request.GET.get("ticks", "")
    last_ticks = int(ticks) if ticks.isdecimal() and len(ticks) < 7 else None
    database, engine_state = _database_answers(), engine.state(last_ticks=last_ticks)
    healthy = database and engine_state.running
    told = {
        "status": "ok" if healthy else "unavailable",
        "database": database,
        "engine": asdict(engine_state),
        "loop": {"tasks": engine.tasks(), "programs": engine.programs()},
        "calling": asdict(dialing.state()),
    }
    return JsonResponse(told, status=200 if healthy else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.error("the database does not answer: %s", error)
        return False
    return True
