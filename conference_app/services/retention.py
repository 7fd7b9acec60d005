"""What is kept only so long: recordings as the operator says, and words of what is long over.

The settings say how many days; 0 is for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from conference_app.models import Alert, ConferenceStatus, DeliveryStatus, WebhookDelivery
from conference_app.services import recordings

_AT_A_TIME: Final = 500
"""Rows of one transaction: SQLite has one writer, and the others wait for it."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep has removed; `failed`: recordings whose files could not be deleted."""

    recordings: int = 0
    failed: int = 0
    deliveries: int = 0
    alerts: int = 0

    @property
    def has_done_something(self) -> bool:
        """Whether it is worth a line."""
        return any((self.recordings, self.failed, self.deliveries, self.alerts))


def sweep(*, go_on: Callable[[], bool] = lambda: True) -> Swept:
    """Remove what is older than the settings allow, and what an earlier removal has left.

    `go_on` is asked before each step; after a False the rest waits for the next sweep. Raises what
    the database raises.
    """
    now = timezone.now()
    removed, failed = recordings.finish_removals(go_on=go_on)
    if settings.CONFAB_RECORDING_RETENTION_DAYS:
        before = now - timedelta(days=settings.CONFAB_RECORDING_RETENTION_DAYS)
        more = recordings.remove_older(before=before, go_on=go_on)
        removed, failed = removed + more[0], failed + more[1]
    if not settings.CONFAB_HISTORY_DAYS:
        return Swept(removed, failed)
    before = now - timedelta(days=settings.CONFAB_HISTORY_DAYS)
    return Swept(removed, failed, *prune_history(before=before, go_on=go_on))


def prune_history(*, before: datetime, go_on: Callable[[], bool] = lambda: True) -> tuple[int, int]:
    """Delete webhooks that were delivered or given up, and alerts, which are older than a moment;
    give how many of each. `go_on` as in sweep.

    A webhook stays as long as its meeting or call lasts: what follows is numbered after it.
    """
    about_what_is_over = (Q(conference=None) | Q(conference__status=ConferenceStatus.COMPLETED)) & (
        Q(call=None) | Q(call__ended_at__isnull=False)
    )
    done = WebhookDelivery.objects.exclude(status=DeliveryStatus.WAITING).filter(about_what_is_over)
    return (
        _delete_in_parts(done.filter(created_at__lt=before), go_on),
        _delete_in_parts(Alert.objects.filter(created_at__lt=before), go_on),
    )


def _delete_in_parts(
    rows: QuerySet[WebhookDelivery] | QuerySet[Alert], go_on: Callable[[], bool]
) -> int:
    deleted = 0
    while go_on() and (
        keys := list(rows.order_by("created_at").values_list("pk", flat=True)[:_AT_A_TIME])
    ):
        # Replayed in the meantime, it is not to go: the condition is asked again.
        deleted += rows.filter(pk__in=keys).delete()[0]
    return deleted
