"""Who is calling: what a connection to /media proves, and how.

Any one of: HTTP Basic on the handshake (AccountSid:AuthToken), an access token (`?token=`, or
`token` in the start message), or Twilio's signature on the handshake for the account that the start
message names.
"""

from dataclasses import dataclass
from urllib.parse import parse_qs

from django.conf import settings

from conference_app import selectors
from conference_app.basic_auth import read_basic
from conference_app.http_client import verify
from conference_app.models import Account
from conference_app.streams.access_tokens import read_access_token
from conference_app.streams.channel import Scope
from conference_app.streams.origins import is_foreign
from conference_app.streams.refusals import Refusal
from media_engine.dialects import Start


@dataclass(frozen=True, repr=False)
class Credentials:
    """What came with the handshake, not yet checked. No `repr`: it is all secrets."""

    basic: tuple[str, str] | None
    token: str | None
    signature: str | None
    signed_urls: tuple[str, ...]
    foreign_page: bool


@dataclass(frozen=True, slots=True)
class Caller:
    """What somebody has proven: to act for `account`; by an access token, to be `identity`, who may
    call nothing but `application_sid`. "" where nothing is said of it.
    """

    account: Account
    identity: str = ""
    application_sid: str = ""

    @property
    def name(self) -> str:
        """What Twilio calls such a caller, in From."""
        return f"client:{self.identity}" if self.identity else ""


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
        foreign_page=is_foreign(headers),
    )


def find_caller(credentials: Credentials, start: Start) -> Caller:
    """Give what a caller has proven. Reads the database. Raises Refusal."""
    token = credentials.token or start.token
    account = None
    if credentials.foreign_page and token is None:
        raise Refusal(1008, 20003, "a page of another site needs an access token")
    if credentials.basic is not None and not credentials.foreign_page:
        account = selectors.account_by_credentials(*credentials.basic)
    elif token is not None:
        return _by_access_token(token)
    elif credentials.signature is not None and start.account_sid is not None:
        account = _by_signature(credentials, start.account_sid)
    if account is None:
        raise Refusal(1008, 20003, "authentication failed")
    return Caller(account)


def _by_access_token(token: str) -> Caller:
    read = read_access_token(token)
    if read is None:
        raise Refusal(1008, 20003, "authentication failed")
    return Caller(read.account, read.identity, read.application_sid)


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
