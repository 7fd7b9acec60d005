"""The settings file under other environments, each in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

NAMES = (
    "ALLOWED_HOSTS",
    "CHANNEL_LAYERS",
    "CONFAB_ALLOWED_NETWORKS",
    "CONFAB_PUBLIC_URL",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASES",
    "DEBUG",
    "MEDIA_ROOT",
    "SECRET_KEY",
    "SESSION_COOKIE_SECURE",
    "STORAGES",
)
SCRIPT = f"""
import json, project.settings as s
print(json.dumps({{name: getattr(s, name) for name in {NAMES}}}, default=str))
"""


def settings_under(tmp_path: Path, **environment: str) -> dict[str, Any]:
    own = {"CONFAB_DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"], **environment}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=own, capture_output=True, text=True, check=True
    )
    settings: dict[str, Any] = json.loads(done.stdout)
    return settings


def test_without_any_variable(tmp_path: Path) -> None:
    found = settings_under(tmp_path)
    database = found["DATABASES"]["default"]
    assert found["DEBUG"] is False
    assert found["CONFAB_PUBLIC_URL"] == "http://127.0.0.1:8000"
    assert found["MEDIA_ROOT"] == str(tmp_path / "media")
    assert database["NAME"] == str(tmp_path / "confab.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]
    assert found["SECRET_KEY"] == (tmp_path / "secret-key").read_text()
    assert found["SESSION_COOKIE_SECURE"] is False


def test_recordings_in_a_storage_of_the_operators(tmp_path: Path) -> None:
    options = {"bucket_name": "calls", "querystring_expire": 60}
    found = settings_under(
        tmp_path,
        CONFAB_STORAGE="storages.backends.s3.S3Storage",
        CONFAB_STORAGE_OPTIONS=json.dumps(options),
    )
    backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    assert found["STORAGES"]["default"] == backend


def test_behind_https(tmp_path: Path) -> None:
    found = settings_under(tmp_path, CONFAB_PUBLIC_URL="https://voice.example.org:8443/")
    assert found["CONFAB_PUBLIC_URL"] == "https://voice.example.org:8443"
    assert "voice.example.org" in found["ALLOWED_HOSTS"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://voice.example.org:8443"]
    assert found["SESSION_COOKIE_SECURE"] is True


@pytest.mark.parametrize(
    ("variable", "value", "name", "part"),
    [
        ("PORT", "9000", "CONFAB_PUBLIC_URL", "http://127.0.0.1:9000"),
        ("DATABASE_URL", "postgres://a:b@db/confab", "DATABASES", "django.db.backends.postgresql"),
        ("REDIS_URL", "redis://cache:6379/1", "CHANNEL_LAYERS", "channels_redis.core"),
        ("CONFAB_SECRET_KEY", "given", "SECRET_KEY", "given"),
        ("CONFAB_ALLOWED_HOSTS", "a.example,b.example", "ALLOWED_HOSTS", "b.example"),
        ("CONFAB_ALLOWED_NETWORKS", "10.0.0.0/8,::1/128", "CONFAB_ALLOWED_NETWORKS", "::1/128"),
    ],
)
def test_one_variable(tmp_path: Path, variable: str, value: str, name: str, part: str) -> None:
    assert part in str(settings_under(tmp_path, **{variable: value})[name])
