"""Access tokens: JWTs as Twilio's helper libraries mint them (AccessToken with a VoiceGrant).

`sub` is the account, the signature HS256 with its auth token.
"""

from dataclasses import dataclass
from typing import Any, Final

import jwt

from conference_app import selectors
from conference_app.models import Account

LEEWAY_S: Final = 10
LONGEST_IDENTITY: Final = 121


@dataclass(frozen=True, slots=True)
class VoiceToken:
    """What a good token says: `identity` is who its bearer is, `application_sid` the one
    application that the bearer may call ("": any of the account).
    """

    account: Account
    identity: str
    application_sid: str


def read_access_token(token: str) -> VoiceToken | None:
    """Check a token; None for one that opens nothing. Reads the database."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
        account = selectors.active_account(str(claims.get("sub", "")))
        if account is None:
            return None
        proven = jwt.decode(
            token,
            account.auth_token,
            algorithms=["HS256"],
            leeway=LEEWAY_S,
            options={"require": ["exp", "sub"]},
        )
    except jwt.InvalidTokenError:
        return None
    return _read_grants(account, proven.get("grants"))


def _read_grants(account: Account, grants: Any) -> VoiceToken | None:
    voice = grants.get("voice") if isinstance(grants, dict) else None
    if not isinstance(voice, dict):
        return None
    identity = grants.get("identity") or ""
    if not isinstance(identity, str) or len(identity) > LONGEST_IDENTITY or "\0" in identity:
        return None
    outgoing = voice.get("outgoing")
    application_sid = outgoing.get("application_sid") if isinstance(outgoing, dict) else None
    return VoiceToken(account, identity, str(application_sid or ""))
