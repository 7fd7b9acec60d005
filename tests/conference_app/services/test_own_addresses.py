"""Which URLs are answered from here, and where they lead."""

import environ
import pytest
from pytest_django import Settings

from conference_app.services.own_addresses import Place, here

CLASSICAL = "Bucket=com.twilio.music.classical"


@pytest.fixture(autouse=True)
def public_url(settings: Settings) -> None:
    settings.CONFAB_PUBLIC_URL = "https://confab.example"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://twimlets.com/holdmusic", Place("/holdmusic", "")),
        (f"http://twimlets.com/holdmusic?{CLASSICAL}", Place("/holdmusic", CLASSICAL)),
        (f"https://twimlets.com/holdmusic/?{CLASSICAL}", Place("/holdmusic", CLASSICAL)),
        ("https://s3.amazonaws.com/com.twilio.sounds.music/index.xml", Place("/holdmusic", "")),
        ("https://confab.example/twiml/EH1", Place("/twiml/EH1", "")),
        ("http://confab.example/twiml/EH1", None),
        ("https://confab.example.org/twiml/EH1", None),
        ("http://twimlets.com/holdmusic/more", None),
        ("http://twimlets.com/forward", None),
    ],
)
def test_the_pages_music_and_our_own_urls_are_answered_from_here(
    url: str, place: Place | None
) -> None:
    assert here(url) == place


def test_the_operator_says_what_is_answered_from_here(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONFAB_URL_ALIASES", "https://music.example/jazz=/holdmusic")
    settings.CONFAB_URL_ALIASES = environ.Env().dict("CONFAB_URL_ALIASES")
    assert here("https://music.example/jazz") == Place("/holdmusic", "")
    assert here("http://twimlets.com/holdmusic") is None
