"""How single values look at the edge: dates, lengths, URIs, URLs that clients send."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import urlsplit

from rest_framework import serializers
from typing_extensions import override

from conference_app.models import HttpMethod

API_VERSION: Final = "2010-04-01"


def account_uri(account_sid: str) -> str:
    """Give the path below which everything of an account is found."""
    return f"/{API_VERSION}/Accounts/{account_sid}"


def rfc2822(moment: datetime) -> str:
    """Write a moment as Twilio does: "Fri, 18 Feb 2011 19:26:50 +0000"."""
    return format_datetime(moment)


def rfc2822_or_none(moment: datetime | None) -> str | None:
    """Write a moment that may not have come yet."""
    return None if moment is None else rfc2822(moment)


def check_url(url: str) -> None:
    """Take an absolute http(s) URL or a path on this server; single-label hosts are fine on one's
    own network.
    """
    wrong = serializers.ValidationError("Enter an absolute http or https URL.")
    if not url.isprintable() or " " in url:
        raise wrong
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise wrong from error
    on_this_server = url.startswith("/") and not url.startswith("//")
    if not on_this_server and not (parts.scheme in ("http", "https") and parts.hostname):
        raise wrong


def url_field() -> serializers.CharField:
    """Take a URL; "" is none."""
    return serializers.CharField(
        required=False, allow_blank=True, max_length=2048, validators=[check_url]
    )


class WordsField(serializers.Field[Any, Any, Any, Any]):
    """Words of a known set: sent several times, or once with spaces between."""

    def __init__(self, words: tuple[str, ...], **options: Any) -> None:
        super().__init__(required=False, **options)
        self.words = words

    @override
    def to_internal_value(self, data: Any) -> tuple[str, ...]:
        said = " ".join(data).split()
        for word in said:
            if word not in self.words:
                raise serializers.ValidationError(f"Must be of {', '.join(self.words)}.")
        return tuple(dict.fromkeys(said))

    @override
    def to_representation(self, value: Any) -> Any:
        return value


def method_field() -> serializers.ChoiceField:
    """Take GET or POST."""
    return serializers.ChoiceField(choices=HttpMethod.choices, required=False)
