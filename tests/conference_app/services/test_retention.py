"""What goes with time, and what stays; and the thread that sees to it."""

import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from conference_app.models import (
    Account,
    Alert,
    Conference,
    DeliveryStatus,
    Recording,
    WebhookDelivery,
)
from conference_app.services import recordings, retention, sweeper
from conference_app.services.retention import Swept
from tests.builders import (
    build_alert,
    build_call,
    build_conference,
    build_delivery,
    build_recording,
)


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


@pytest.fixture
def conference(alice: Account, media_root: Path) -> Conference:
    return build_conference(alice, status="completed")


def build_old_recording(conference: Conference, days: float) -> Recording:
    recording = build_recording(conference, b"RIFF")
    Recording.objects.filter(pk=recording.pk).update(started_at=days_ago(days))
    return recording


def build_old_delivery(
    conference: Conference, days: float, status: DeliveryStatus = DeliveryStatus.DELIVERED
) -> WebhookDelivery:
    delivery = build_delivery(conference, status=status)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(created_at=days_ago(days))
    return delivery


def test_recordings_stay_for_ever_unless_somebody_says_otherwise(
    conference: Conference, settings: Settings
) -> None:
    recording = build_old_recording(conference, 5000)
    young = build_old_recording(conference, 2)
    assert retention.sweep() == Swept()
    settings.CONFAB_RECORDING_RETENTION_DAYS = 2.5
    assert retention.sweep() == Swept(recordings=1)
    assert list(Recording.everything.all()) == [young]
    assert not Path(recording.file.path).exists()


def test_what_a_crash_left_of_a_removal_goes_whatever_is_set(conference: Conference) -> None:
    recording = build_recording(conference, b"RIFF")
    recordings.forget(Recording.objects.all())
    assert retention.sweep() == Swept(recordings=1)
    assert not Path(recording.file.path).exists()


def test_words_of_what_is_over_go(conference: Conference) -> None:
    for status in (DeliveryStatus.DELIVERED, DeliveryStatus.DEAD):
        build_old_delivery(conference, 91, status)
    young = build_old_delivery(conference, 89)
    old_alert, young_alert = (build_alert(conference.account) for _ in range(2))
    Alert.objects.filter(pk=old_alert.pk).update(created_at=days_ago(91))
    assert retention.sweep() == Swept(deliveries=2, alerts=1)
    assert list(WebhookDelivery.objects.all()) == [young]
    assert list(Alert.objects.all()) == [young_alert]


def test_what_is_to_be_sent_or_numbered_after_stays(alice: Account, conference: Conference) -> None:
    build_old_delivery(conference, 91, DeliveryStatus.WAITING)
    build_old_delivery(build_conference(alice, "lasts"), 91)
    of_a_call = build_old_delivery(conference, 91)
    call = build_call(alice)
    WebhookDelivery.objects.filter(pk=of_a_call.pk).update(conference=None, call=call)
    assert retention.sweep() == Swept()
    call.ended_at = timezone.now()
    call.save()
    assert retention.sweep() == Swept(deliveries=1)


def test_more_than_one_part_goes(conference: Conference, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_AT_A_TIME", 2)
    for _ in range(5):
        build_old_delivery(conference, 91)
    asked = iter([True, True, False, False, False])
    assert retention.sweep(go_on=lambda: next(asked)).deliveries == 2 * 2
    assert retention.sweep().deliveries == 1


def test_nothing_goes_when_history_is_kept_for_ever(
    conference: Conference, settings: Settings
) -> None:
    settings.CONFAB_HISTORY_DAYS = 0
    build_old_delivery(conference, 4000)
    assert retention.sweep() == Swept()


def test_the_thread_sweeps_again_and_again_whatever_fails(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    turns: list[int] = []
    enough = threading.Event()

    def sweep(**_: object) -> Swept:
        turns.append(len(turns))
        if len(turns) == 1:
            raise OSError("the first one fails")
        enough.set()
        return Swept(recordings=7)

    monkeypatch.setattr(retention, "sweep", sweep)
    caplog.set_level("INFO")
    one = sweeper.Sweeper(first_s=0, period_s=0.01)
    one.start()
    assert enough.wait(10)
    one.stop()
    done = len(turns)
    assert "the sweep is broken off" in caplog.text
    assert "recordings=7" in caplog.text
    assert not one._thread.is_alive()
    assert len(turns) == done
