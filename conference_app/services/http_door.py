"""Requests that a call makes: with Twilio's standard parameters, signed with the account's
token.
"""

from typing import Final, TypeAlias

from django.conf import settings

from conference_app.http_client import (
    Cookies,
    HttpClient,
    HttpSettings,
    Limits,
    Response,
    read_networks,
)
from conference_app.models import Account, Call
from conference_app.twiml import HttpMethod

API_VERSION: Final = "2010-04-01"

SOUND_LIMITS: Final = Limits(max_bytes=20 * 1024 * 1024)
"""For what may be sound; the TwiML parser has a narrower bound of its own."""

Asker: TypeAlias = Call | Account
"""For whom a request is made: a call, or an account where it concerns no one call."""

_client: HttpClient | None = None


async def request(
    asker: Asker,
    url: str,
    *,
    method: HttpMethod,
    cookies: Cookies,
    params: tuple[tuple[str, str], ...] = (),
    limits: Limits | None = None,
) -> Response:
    """Ask a user's server on behalf of a call or an account. Raises FetchError."""
    account = asker if isinstance(asker, Account) else asker.account
    own = {"AccountSid": account.sid, "ApiVersion": API_VERSION}.items()
    return await _get_client().request(
        url,
        method=method,
        params=(*(standard_params(asker) if isinstance(asker, Call) else own), *params),
        sign_with=account.auth_token,
        cookies=cookies,
        limits=limits,
        cache_key=account.sid,
    )


async def close() -> None:
    """Close all connections, at shutdown."""
    global _client
    if _client is not None:
        closing, _client = _client, None
        await closing.close()


def standard_params(call: Call) -> tuple[tuple[str, str], ...]:
    """Give what Twilio sends with each request of a call; names and meaning are its voice
    webhooks'.
    """
    params = {
        "CallSid": call.sid,
        "AccountSid": call.account.sid,
        "From": call.caller,
        "To": call.called,
        "Caller": call.caller,
        "Called": call.called,
        "CallStatus": call.status,
        "ApiVersion": API_VERSION,
        "Direction": call.direction,
    }
    if call.application is not None:
        params["ApplicationSid"] = call.application.sid
    return tuple(params.items())


def new_client() -> HttpClient:
    """Make a client that may reach what the operator allows; whoever asks closes it."""
    return HttpClient(HttpSettings(allowed=read_networks(settings.CONFAB_ALLOWED_NETWORKS)))


def _get_client() -> HttpClient:
    """Give the process's client; it belongs to the loop that first asks."""
    global _client
    if _client is None:
        _client = new_client()
    return _client
