"""Secrets as they lie in the database."""

from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from pytest_django import Settings

from conference_app.encryption import SecretLost, decrypt, encrypt
from conference_app.models import Account, ApiKey
from conference_app.services import accounts, demo
from tests.builders import build_api_key

COLUMNS = {
    "conference_app_account": ["auth_token", "secondary_auth_token"],
    "conference_app_apikey": ["secret"],
}


def stored() -> list[str]:
    """All secrets, as the database has them."""
    texts: list[str] = []
    with connection.cursor() as cursor:
        for table, columns in COLUMNS.items():
            cursor.execute(f"SELECT {', '.join(columns)} FROM {table}")
            texts.extend(text for row in cursor.fetchall() for text in row)
    return texts


@pytest.fixture
def secrets(alice: Account) -> list[str]:
    """Secrets of every kind, each in a row."""
    accounts.make_secondary_token(account=alice)
    return [*alice.auth_tokens, build_api_key(alice).secret]


def test_the_same_secret_is_never_stored_alike() -> None:
    assert encrypt("secret") != encrypt("secret")
    assert decrypt(encrypt("secret \N{SNOWMAN}")) == "secret \N{SNOWMAN}"


@pytest.mark.parametrize("text", ["", "secret", "gAAAA", "\N{SNOWMAN}"])
def test_what_was_not_encrypted_is_no_secret(text: str) -> None:
    with pytest.raises(SecretLost):
        decrypt(text)


def test_no_column_holds_a_plain_secret(secrets: list[str]) -> None:
    texts = stored()
    assert len(texts) == len(secrets)
    for text in texts:
        assert not any(secret in text for secret in secrets)
        assert decrypt(text) in secrets


def test_no_row_can_be_found_by_its_secret(alice: Account) -> None:
    with pytest.raises(FieldError):
        Account.objects.filter(auth_token=alice.auth_token).exists()


def test_rows_do_not_show_their_secrets(secrets: list[str]) -> None:
    shown = [f"{row!r} {row}" for row in (*Account.objects.all(), *ApiKey.objects.all())]
    assert not any(secret in text for secret in secrets for text in shown)


def test_the_servers_key_is_changed_without_losing_a_secret(
    secrets: list[str], settings: Settings
) -> None:
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [old]
    assert set(_read_all()) == set(secrets)
    before = stored()
    call_command("reencrypt_secrets", verbosity=0)
    assert not set(before) & set(stored())
    settings.SECRET_KEY_FALLBACKS = []
    assert set(_read_all()) == set(secrets)


def test_who_forgets_the_old_key_is_told_of_it_and_loses_nothing(
    secrets: list[str], settings: Settings
) -> None:
    Account.objects.update(friendly_name=demo.ACCOUNT_NAME)
    before = stored()
    settings.SECRET_KEY = "another"
    for command in ("reencrypt_secrets", "bootstrap"):
        with pytest.raises(CommandError, match="CONFAB_OLD_SECRET_KEYS"):
            call_command(command)
    assert stored() == before


def test_tokens_of_before_are_encrypted_by_the_migration(
    transactional_db: None,
) -> None:
    executor = MigrationExecutor(connection)
    here = executor.loader.graph.leaf_nodes("conference_app")
    before = executor.migrate([("conference_app", "0006_rest")])
    old: Any = before.apps.get_model("conference_app", "Account")
    old.objects.create(friendly_name="Old", sid="AC" + "1" * 32, auth_token="plain")
    assert _raw_token() == "plain"
    _migrate(here)
    assert decrypt(_raw_token()) == "plain"
    assert Account.objects.get().auth_token == "plain"
    _migrate([("conference_app", "0006_rest")])
    assert _raw_token() == "plain"
    _migrate(here)


def _migrate(targets: Any) -> None:
    MigrationExecutor(connection).migrate(targets)


def _raw_token() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT auth_token FROM conference_app_account")
        return str(cursor.fetchone()[0])


def _read_all() -> list[str]:
    account = Account.objects.get()
    return [*account.auth_tokens, ApiKey.objects.get().secret]
