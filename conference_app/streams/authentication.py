"""Who is calling: what a connection to /media proves, and how.

Any one of: HTTP Basic on the handshake (AccountSid:AuthToken, or an API key), an access token
(`?token=`, or `token` in the start message), or Twilio's signature on the handshake for the account
that the start message names.
"""

from dataclasses import dataclass
from urllib.parse import parse_qs

from django.conf import settings

from conference_app import selectors
from conference_app.basic_auth import read_basic
from conference_app.http_client import verify
from conference_app.models import Account
from conference_app.streams.access_tokens import TokenRefused, read_access_token
from conference_app.streams.channel import Scope
from conference_app.streams.origins import is_foreign
from conference_app.streams.proven_caller import ProvenCaller
from conference_app.streams.refusals import Refusal
from media_engine.dialects import Register, Start


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
    # To a page of another site the browser may lend what it remembers of us; that proves nothing.
    foreign = is_foreign(headers)
    return Credentials(
        basic=None if foreign else read_basic(headers.get("authorization", "")),
        token=parse_qs(query).get("token", [None])[0],
        signature=None if foreign else headers.get("x-twilio-signature"),
        signed_urls=_signed_urls(scope["path"] + (f"?{query}" if query else "")),
    )


def find_caller(credentials: Credentials, start: Start) -> ProvenCaller:
    """Give what a caller has proven. Reads the database. Raises Refusal."""
    token = credentials.token or start.token
    account = None
    if credentials.basic is not None:
        account = selectors.account_by_credentials(*credentials.basic)
    elif token is not None:
        return _by_access_token(token)
    elif credentials.signature is not None and start.account_sid is not None:
        account = _by_signature(credentials, start.account_sid)
    if account is None:
        raise Refusal(1008, 20003, "authentication failed")
    return ProvenCaller(account)


def find_account_to_register(credentials: Credentials, register: Register) -> Account | None:
    """Give the account for which somebody has proven to take an identity's calls, or None.

    An access token has to name the identity, and to allow incoming calls; a signature proves
    nothing here, for nobody's handshake names an account. Reads the database. Raises Refusal.
    """
    if credentials.basic is not None:
        return selectors.account_by_credentials(*credentials.basic)
    token = credentials.token or register.token
    if token is None:
        return None
    proven = _by_access_token(token)
    may_register = proven.takes_calls and proven.identity == register.identity
    return proven.account if may_register else None


def _by_access_token(token: str) -> ProvenCaller:
    try:
        return read_access_token(token)
    except TokenRefused as error:
        raise Refusal(1008, error.code, str(error)) from error


def _by_signature(credentials: Credentials, account_sid: str) -> Account | None:
    account = selectors.active_account(account_sid)
    if account is None or credentials.signature is None:
        return None
    proven = [
        verify(url, (), token, credentials.signature)
        for url in credentials.signed_urls
        for token in account.auth_tokens
    ]
    return account if any(proven) else None


def _signed_urls(path: str) -> tuple[str, ...]:
    """The public address in both schemes: Twilio signs the URL as it was configured there (wss)."""
    public: str = settings.CONFAB_PUBLIC_URL
    socket = public.replace("http", "ws", 1)
    return (socket + path, public + path)
