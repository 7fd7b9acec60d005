"""The debugger log says what went wrong, and never grows without bound."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from conference_app.models import Account, Alert, AlertLevel
from conference_app.services import alerts
from tests.builders import build_call


def test_an_entry_has_what_went_wrong_and_where(alice: Account) -> None:
    call = build_call(alice)
    alerts.raise_alert(
        account=alice,
        call=call,
        level=AlertLevel.WARNING,
        code=12200,
        message="Schema warning.",
        request_url="https://user:secret@example.org/voice?token=secret",
        request_method="POST",
    )
    alert = Alert.objects.get()
    assert (alert.account, alert.call, alert.level, alert.code) == (alice, call, "warning", 12200)
    assert alert.request_url == "https://example.org/voice?…"
    assert alert.sid.startswith("NO")


def raise_many(account: Account, number: int, **of: object) -> None:
    for _ in range(number):
        alerts.raise_alert(account=account, code=11200, message="Wrong.", **of)  # type: ignore[arg-type]


def test_a_call_has_a_hundred_entries_and_one_that_counts_the_rest(alice: Account) -> None:
    call, other = build_call(alice), build_call(alice)
    raise_many(alice, 105, call=call)
    raise_many(alice, 1, call=other)
    rows = Alert.objects.filter(call=call).order_by("id")
    assert [row.left_out for row in rows] == [0] * 100 + [4]
    assert Alert.objects.filter(call=other).count() == 1


def test_without_a_call_the_bound_is_the_accounts_and_the_hours(
    alice: Account, bob: Account
) -> None:
    raise_many(alice, 102)
    raise_many(bob, 1)
    assert (alice.alerts.count(), bob.alerts.count()) == (101, 1)
    Alert.objects.update(created_at=timezone.now() - timedelta(hours=2))
    raise_many(alice, 1)
    assert alice.alerts.count() == 102


def test_what_a_database_can_not_hold_is_replaced(alice: Account) -> None:
    alerts.raise_alert(account=alice, code=1, message="a\0b" + "x" * 5000)
    message = Alert.objects.get().message
    assert (message[:3], len(message)) == ("a�b", alerts.LONGEST_MESSAGE)


@pytest.mark.django_db(transaction=True)
async def test_a_database_that_fails_costs_the_entry_and_not_the_call(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**columns: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(alerts, "raise_alert", fail)
    await alerts.report(account=Account(), code=11200, message="Wrong.")
    assert "11200" in caplog.text
