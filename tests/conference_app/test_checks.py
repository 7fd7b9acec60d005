from typing import Any

import pytest
from pytest_django import Settings

from conference_app.checks import check_settings


def test_the_defaults_are_right() -> None:
    assert check_settings(None) == []


@pytest.mark.parametrize(
    ("name", "wrong", "identifier"),
    [
        ("CONFAB_MIX_RATE", 44100, "confab.E001"),
        ("CONFAB_MAX_PARTICIPANTS", 1, "confab.E002"),
        ("CONFAB_ACCOUNT_SID", "AC123", "confab.E003"),
        ("CONFAB_ALLOWED_NETWORKS", ["10.0.0.0/8", "10.0.0.1/8"], "confab.E004"),
        ("CONFAB_ALLOWED_NETWORKS", ["localhost"], "confab.E004"),
        ("CONFAB_PUBLIC_URL", "voice.example.org", "confab.E005"),
        ("CONFAB_PUBLIC_URL", "https://", "confab.E005"),
        ("CONFAB_PUBLIC_URL", "https://voice.example.org/?x=1", "confab.E005"),
        ("CONFAB_RECORDING_RETENTION_DAYS", -1.0, "confab.E006"),
        ("CONFAB_HISTORY_DAYS", float("nan"), "confab.E006"),
        ("CONFAB_HISTORY_DAYS", 1e9, "confab.E006"),
        ("SECRET_KEY", "let me in", "confab.W001"),
    ],
)
def test_a_setting_that_can_not_be_right_is_an_error(
    settings: Settings, name: str, wrong: Any, identifier: str
) -> None:
    setattr(settings, name, wrong)
    assert [error.id for error in check_settings(None)] == [identifier]
