"""Which pages' sockets are foreign."""

import pytest
from pytest_django import Settings

from conference_app.streams.origins import is_foreign


@pytest.mark.parametrize(
    ("origin", "host", "foreign"),
    [
        (None, "127.0.0.1:8000", False),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", False),
        ("http://localhost:8000", "localhost:8000", False),
        ("https://voice.example.org", "10.0.0.1:8000", False),
        ("http://localhost:9000", "localhost:8000", True),
        ("https://evil.example", "127.0.0.1:8000", True),
        ("http://rebound.example:8000", "rebound.example:8000", True),
        ("http://voice.example.org", "127.0.0.1:8000", True),
        ("null", "127.0.0.1:8000", True),
        ("", "127.0.0.1:8000", True),
        ("", "", True),
    ],
)
def test_a_page_of_ours_is_told_from_others(
    settings: Settings, origin: str | None, host: str, foreign: bool
) -> None:
    settings.CONFAB_PUBLIC_URL = "https://voice.example.org"
    settings.ALLOWED_HOSTS = ["voice.example.org", "localhost", "127.0.0.1"]
    headers = {"host": host} | ({} if origin is None else {"origin": origin})
    assert is_foreign(headers) is foreign
