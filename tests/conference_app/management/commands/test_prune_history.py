"""manage.py prune_history"""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from conference_app.models import Account, Alert, DeliveryStatus, WebhookDelivery
from tests.builders import build_alert, build_conference, build_delivery


def test_webhooks_and_alerts_older_than_so_many_days_go(alice: Account, settings: Settings) -> None:
    conference = build_conference(alice, status="completed")
    for days in (1, 31):
        created_at = timezone.now() - timedelta(days=days)
        delivery = build_delivery(conference, status=DeliveryStatus.DELIVERED)
        WebhookDelivery.objects.filter(pk=delivery.pk).update(created_at=created_at)
        Alert.objects.filter(pk=build_alert(alice).pk).update(created_at=created_at)
    for arguments, kept in (((), 2), (("--older-than", "30"), 1)):
        said = StringIO()
        call_command("prune_history", *arguments, stdout=said)
        assert WebhookDelivery.objects.count() == Alert.objects.count() == kept
    assert said.getvalue() == "Deleted 1 webhooks and 1 alerts.\n"
    settings.CONFAB_HISTORY_DAYS = 0
    with pytest.raises(CommandError, match="CONFAB_HISTORY_DAYS"):
        call_command("prune_history")
    with pytest.raises(CommandError, match="as old as that"):
        call_command("prune_history", "--older-than", "900000")
