"""Who is calling: what a connection to /media proves, and how.

Any one of: HTTP Basic on the handshake (AccountSid:AuthToken), an access token (`?token=`, or
`token` in the start message), or Twilio's signature on the handshake for the account that the start
message names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import jwt
from django.conf import settings

from conference_app import selectors
from conference_app.basic_auth import read_basic
from conference_app.http_client import verify
from conference_app.models import Account
from conference_app.streams.channel import Scope
from media_engine.dialects import Register, Start

TOKEN_LEEWAY_S = 10


@dataclass(frozen=True, repr=False)
class Credentials:
    """What came with the handshake, not yet checked. No `repr`: it is all secrets."""

    basic: tuple[str, str] | None
    token: str | None
    signature: str | None
    signed_urls: tuple[str, ...]


def read_credentials(scope: Scope) -> Credentials:
    """Read the handshake's headers and query."""
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }
    query = scope["query_string"].decode("latin-1")
    return Credentials(
        basic=read_basic(headers.get("authorization", "")),
        token=parse_qs(query).get("token", [None])[0],
        signature=headers.get("x-twilio-signature"),
        signed_urls=_signed_urls(scope["path"] + (f"?{query}" if query else "")),
    )


def find_account(credentials: Credentials, start: Start) -> Account | None:
    """Give the account that a caller has proven to act for, or None. Reads the database."""
    if credentials.basic is not None:
        return selectors.account_by_credentials(*credentials.basic)
    token = credentials.token or start.token
    if token is not None:
        return _by_access_token(token)
    if credentials.signature is not None and start.account_sid is not None:
        return _by_signature(credentials, start.account_sid)
    return None


def find_account_to_register(credentials: Credentials, register: Register) -> Account | None:
    """Give the account for which somebody has proven to take an identity's calls, or None.

    An access token has to name the identity, and to allow incoming calls; a signature proves
    nothing here, for nobody's handshake names an account. Reads the database.
    """
    if credentials.basic is not None:
        return selectors.account_by_credentials(*credentials.basic)
    token = credentials.token or register.token
    proven = _read_access_token(token) if token is not None else None
    if proven is None:
        return None
    account, grants = proven
    voice = grants["voice"]
    incoming = voice.get("incoming") if isinstance(voice, dict) else None
    may_be_called = isinstance(incoming, dict) and incoming.get("allow") is True
    return account if may_be_called and grants.get("identity") == register.identity else None


def _by_access_token(token: str) -> Account | None:
    proven = _read_access_token(token)
    return None if proven is None else proven[0]


def _read_access_token(token: str) -> tuple[Account, Mapping[str, Any]] | None:
    """Check a JWT as Twilio's helper libraries mint it: HS256, `sub` is the account, with a voice
    grant. Give the account and all grants.
    """
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
        account = selectors.active_account(str(claims.get("sub", "")))
        if account is None:
            return None
        proven = jwt.decode(
            token,
            account.auth_token,
            algorithms=["HS256"],
            leeway=TOKEN_LEEWAY_S,
            options={"require": ["exp", "sub"]},
        )
    except jwt.InvalidTokenError:
        return None
    grants = proven.get("grants")
    return (account, grants) if isinstance(grants, dict) and "voice" in grants else None


def _by_signature(credentials: Credentials, account_sid: str) -> Account | None:
    account = selectors.active_account(account_sid)
    if account is None or credentials.signature is None:
        return None
    proven = any(
        verify(url, (), account.auth_token, credentials.signature)
        for url in credentials.signed_urls
    )
    return account if proven else None


def _signed_urls(path: str) -> tuple[str, ...]:
    """The public address in both schemes: Twilio signs the URL as it was configured there (wss)."""
    public: str = settings.CONFAB_PUBLIC_URL
    socket = public.replace("http", "ws", 1)
    return (socket + path, public + path)
