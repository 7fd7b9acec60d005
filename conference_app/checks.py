"""What the operator must be told before the server starts: settings that can not be right."""

import ipaddress
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from conference_app import sids
from media_engine.pcm import RATES_HZ

SECRET_KEY_CHARACTERS: Final = 32

MOST_DAYS: Final = 36_500
"""A century. So many that no calendar goes back so far would fail each sweep."""


@register()
def check_settings(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Look at every variable that has a form of its own; ids are confab.E001 and up,
    and confab.W001 and up for what works but should not be.
    """
    return [
        *_check_mix_rate(),
        *_check_max_participants(),
        *_check_account_sid(),
        *_check_allowed_networks(),
        *_check_public_url(),
        *_check_secret_key(),
        *_check_days(),
    ]


def _check_mix_rate() -> list[CheckMessage]:
    if settings.CONFAB_MIX_RATE in RATES_HZ:
        return []
    rates = ", ".join(map(str, RATES_HZ))
    return [
        Error("CONFAB_MIX_RATE is no rate we mix at.", hint=f"One of {rates}.", id="confab.E001")
    ]


def _check_max_participants() -> list[CheckMessage]:
    if settings.CONFAB_MAX_PARTICIPANTS >= 2:
        return []
    return [
        Error(
            "CONFAB_MAX_PARTICIPANTS leaves nobody to talk to.", hint="2 or more.", id="confab.E002"
        )
    ]


def _check_account_sid() -> list[CheckMessage]:
    sid = settings.CONFAB_ACCOUNT_SID
    if not sid or sids.is_sid(sid, "AC"):
        return []
    return [
        Error(
            "CONFAB_ACCOUNT_SID is no account SID.",
            hint='"AC" and 32 hexadecimal digits, or empty for a random one.',
            id="confab.E003",
        )
    ]


def _check_allowed_networks() -> list[CheckMessage]:
    errors: list[CheckMessage] = []
    for network in settings.CONFAB_ALLOWED_NETWORKS:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            errors.append(
                Error(
                    f"CONFAB_ALLOWED_NETWORKS: {error}.",
                    hint="Networks with commas between: 10.1.0.0/16,192.168.7.4/32.",
                    id="confab.E004",
                )
            )
    return errors


def _check_public_url() -> list[CheckMessage]:
    url = urlsplit(settings.CONFAB_PUBLIC_URL)
    if url.scheme in ("http", "https") and url.hostname and not (url.query or url.fragment):
        return []
    return [
        Error(
            "CONFAB_PUBLIC_URL is no address of this server.",
            hint="Like https://voice.example.org.",
            id="confab.E005",
        )
    ]


def _check_secret_key() -> list[CheckMessage]:
    if len(settings.SECRET_KEY) >= SECRET_KEY_CHARACTERS:
        return []
    return [
        Warning(
            "CONFAB_SECRET_KEY can be guessed, and with it all that is encrypted in the database.",
            hint=f"{SECRET_KEY_CHARACTERS} random characters or more; without it one is made.",
            id="confab.W001",
        )
    ]


def _check_days() -> list[CheckMessage]:
    return [
        Error(
            f"{name} is no number of days.",
            hint=f"0 (for ever) to {MOST_DAYS}; parts of days, too.",
            id="confab.E006",
        )
        for name in ("CONFAB_RECORDING_RETENTION_DAYS", "CONFAB_HISTORY_DAYS")
        if not 0 <= getattr(settings, name) <= MOST_DAYS
    ]
