"""The queue of webhooks: written with the fact, claimed, tried, tried again, given up, replayed.

A queue is what a conference (or a call) has to tell one URL. Its deliveries leave one after the
other: a later one waits until the earlier is delivered or given up. Queues know nothing of each
other.

A claim is a lease: whoever dies with a delivery in hand loses it when the lease runs out, and it is
sent again with the same token. So each arrives at least once.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from conference_app.http_client import Method, Params, without_secrets
from conference_app.models import Call, Conference, DeliveryKind, DeliveryStatus, WebhookDelivery
from conference_app.services import alerts, retry_rules
from conference_app.services.errors import ServiceError
from conference_app.services.sending_slots import SendingSlots

LEASE: Final = timedelta(seconds=30)
"""Twice what a request may take (`http_client.Limits`)."""

LOOKED_AT: Final = 100
LONGEST_REASON: Final = 500


class InHand(ServiceError):
    """Somebody is sending the delivery at this moment."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery in hand, with all that sending it takes. `claimed_until` tells one claim from the
    next.
    """

    pk: int
    receiver: str
    account_id: int
    auth_token: str = field(repr=False)
    url: str = field(repr=False)
    method: Method
    params: Params = field(repr=False)
    idempotency_token: str
    claimed_by: str
    claimed_until: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a try. `error` "": it is delivered. `status_code`: the receiver's, if it gave
    one. `retry_after_s`: how long it asked to be left alone. `is_final`: another try can not end
    better.
    """

    claim: Claim
    status_code: int | None = None
    error_code: int = 0
    error: str = ""
    retry_after_s: float = 0.0
    is_final: bool = False


_on_put: Callable[[], None] | None = None


def on_put(call: Callable[[], None] | None) -> None:
    """Say who in this process is to be told when something is to be sent; from any thread."""
    global _on_put
    _on_put = call


def put(
    kind: DeliveryKind,
    url: str,
    method: str,
    params: list[tuple[str, str]],
    *,
    about: Conference | Call,
) -> WebhookDelivery:
    """Queue a request about a conference or a call, in the transaction of the fact."""
    delivery = WebhookDelivery.objects.create(
        account_id=about.account_id,
        conference=about if isinstance(about, Conference) else None,
        call=about if isinstance(about, Call) else None,
        kind=kind,
        url=url,
        method=method,
        params=[list(pair) for pair in params],
        queue=f"{about.sid}-{hashlib.sha256(url.encode()).hexdigest()[:24]}",
        receiver=_receiver(url),
    )
    _tell_of_it()
    return delivery


def _receiver(url: str) -> str:
    """Give scheme, host and port; URLs that are none share one name."""
    return "/".join(without_secrets(url).split("/", 3)[:3])


def claim(*, name: str, now: datetime, slots: SendingSlots) -> list[Claim]:
    """Take what is due, the longest due first, as far as there are slots; ask again until there is
    nothing. Each claim has a slot. `name` is the claimant's.
    """
    if slots.free <= 0:
        return []
    due = _heads(now).order_by("next_attempt_at", "id")
    due = due.exclude(receiver__in=slots.full_receivers)
    due = due.exclude(account__in=slots.full_accounts)
    # Most of the time there is nothing: SQLite's one place for writers is then left to others.
    if not due.exists():
        return []
    until = now + LEASE
    taken: list[WebhookDelivery] = []
    try:
        with transaction.atomic():
            if connection.features.has_select_for_update_skip_locked:
                due = due.select_for_update(skip_locked=True, of=("self",))
            for row in due.select_related("account")[:LOOKED_AT]:
                if slots.take(row.receiver, row.account_id):
                    taken.append(row)
            WebhookDelivery.objects.filter(pk__in=[row.pk for row in taken]).update(
                claimed_by=name, claimed_until=until
            )
    except DatabaseError:
        for row in taken:
            slots.give_back(row.receiver, row.account_id)
        raise
    return [_claim_of(row, name, until) for row in taken]


def _heads(now: datetime) -> QuerySet[WebhookDelivery]:
    """Give those that may be sent now: due, in nobody's hands, the first of their queue."""
    waiting = WebhookDelivery.objects.filter(status=DeliveryStatus.WAITING)
    earlier = waiting.filter(queue=OuterRef("queue"), id__lt=OuterRef("id"))
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    return waiting.filter(free, ~Exists(earlier), next_attempt_at__lte=now)


def _claim_of(row: WebhookDelivery, name: str, until: datetime) -> Claim:
    return Claim(
        pk=row.pk,
        receiver=row.receiver,
        account_id=row.account_id,
        auth_token=row.account.auth_token,
        url=row.url,
        method="GET" if row.method == "GET" else "POST",
        params=[(key, value) for key, value in row.params],
        idempotency_token=row.idempotency_token,
        claimed_by=name,
        claimed_until=until,
    )


@transaction.atomic
def settle(results: Iterable[Result], *, now: datetime) -> None:
    """Write down what came of tries; of a claim that has been lost since, nothing."""
    for result in results:
        row = _still_claimed(result.claim)
        if row is None:
            continue
        row.attempts += 1
        row.last_attempt_at = now
        row.last_status_code = result.status_code
        row.last_error = result.error[:LONGEST_REASON]
        row.claimed_by, row.claimed_until = "", None
        if not result.error:
            row.status, row.delivered_at = DeliveryStatus.DELIVERED, now
        elif result.is_final or retry_rules.is_given_up(
            row.attempts, queued_at=row.queued_at, now=now
        ):
            row.status = DeliveryStatus.DEAD
            _tell_the_owner(row, result)
        else:
            row.next_attempt_at = now + retry_rules.delay(row.attempts, result.retry_after_s)
        row.save()
        _let_the_others_follow(row, now)


def _still_claimed(claim: Claim) -> WebhookDelivery | None:
    return (
        WebhookDelivery.objects.select_for_update()
        .filter(pk=claim.pk, claimed_by=claim.claimed_by, claimed_until=claim.claimed_until)
        .first()
    )


def _let_the_others_follow(row: WebhookDelivery, now: datetime) -> None:
    """Make the rest of a queue due when its first is, so that whoever looks for what is due does
    not find thousands that may not leave yet.
    """
    others = WebhookDelivery.objects.filter(queue=row.queue, status=DeliveryStatus.WAITING)
    others = others.exclude(pk=row.pk)
    if row.status == DeliveryStatus.WAITING:
        others.filter(next_attempt_at__lt=row.next_attempt_at).update(
            next_attempt_at=row.next_attempt_at
        )
    else:
        others.filter(next_attempt_at__gt=now).update(next_attempt_at=now)


def _tell_the_owner(row: WebhookDelivery, result: Result) -> None:
    alerts.raise_alert(
        account=row.account,
        call=row.call,
        conference=row.conference,
        code=result.error_code,
        message=f"The {row.kind} callback was given up; tries: {row.attempts}. {result.error}",
        request_url=row.url,
        request_method=row.method,
    )


def give_back(claims: Iterable[Claim]) -> None:
    """Let go of what was not tried."""
    for claimed in claims:
        WebhookDelivery.objects.filter(
            pk=claimed.pk, claimed_by=claimed.claimed_by, claimed_until=claimed.claimed_until
        ).update(claimed_by="", claimed_until=None)


def take_back(name: str) -> int:
    """Free what an earlier claimant of this name had in hand when it died; give how many.

    Two claimants of one name must not live at once.
    """
    return WebhookDelivery.objects.filter(claimed_by=name, status=DeliveryStatus.WAITING).update(
        claimed_by="", claimed_until=None
    )


@transaction.atomic
def replay(*, delivery: WebhookDelivery) -> None:
    """Send again what was delivered or given up, and at once what waits for its next try.

    The token stays: a receiver that has had it can tell. Raises InHand.
    """
    row = WebhookDelivery.objects.select_for_update().get(pk=delivery.pk)
    now = timezone.now()
    if row.claimed_until is not None and row.claimed_until > now:
        raise InHand("it is being sent at this moment")
    row.status, row.attempts, row.delivered_at = DeliveryStatus.WAITING, 0, None
    row.queued_at = row.next_attempt_at = now
    row.save()
    _tell_of_it()


def _tell_of_it() -> None:
    if _on_put is not None:
        transaction.on_commit(_on_put, robust=True)
