"""Access tokens: JWTs as Twilio's helper libraries mint them (AccessToken with a VoiceGrant).

`iss` is an API key (or the account, for its own token), `sub` the account, the signature HS256 with
the secret of `iss`. What only the holder of a genuine token can see has a code of its own; all else
is 20101, whatever was wrong.
"""

from collections.abc import Mapping
from typing import Any, Final

import jwt
from django.utils import timezone

from conference_app import selectors
from conference_app.models import Account
from conference_app.streams.proven_caller import ProvenCaller

LEEWAY_S: Final = 10
LONGEST_LIFE_S: Final = 24 * 3600
"""As at Twilio: a token that never ends would outlive who got hold of it."""
LONGEST_IDENTITY: Final = 121

_INVALID: Final = 20101, "invalid access token"


class TokenRefused(Exception):
    """The token opens nothing; `code` is Twilio's, the text is meant for its bearer."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


def read_access_token(token: str) -> ProvenCaller:
    """Check a token. Reads the database. Raises TokenRefused."""
    try:
        account, secrets = _signatory(jwt.decode(token, options={"verify_signature": False}))
        claims = _proven_claims(token, secrets)
        expires_at = int(claims["exp"])
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, RecursionError):
        raise TokenRefused(*_INVALID) from None
    if expires_at > timezone.now().timestamp() + LONGEST_LIFE_S + LEEWAY_S:
        raise TokenRefused(20157, "the access token is good for more than 24 hours")
    return _read_grants(account, claims.get("grants"))


def _signatory(claims: Mapping[str, Any]) -> tuple[Account, list[str]]:
    """Give the account of a token that is not proven yet, and the secrets that may have signed
    it.
    """
    issuer, subject = str(claims.get("iss", "")), str(claims.get("sub", ""))
    key = selectors.api_key(issuer)
    if key is not None and key.account.sid == subject:
        return key.account, [key.secret]
    account = selectors.active_account(subject) if issuer == subject else None
    if account is None:
        raise TokenRefused(*_INVALID)
    return account, account.auth_tokens


def _proven_claims(token: str, secrets: list[str]) -> dict[str, Any]:
    """Give the claims, once one of the secrets has proven to be the token's."""
    for secret in secrets:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                secret,
                algorithms=["HS256"],
                leeway=LEEWAY_S,
                options={"require": ["exp", "sub"]},
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.ExpiredSignatureError:
            raise TokenRefused(20104, "the access token has expired") from None
        except jwt.ImmatureSignatureError:
            raise TokenRefused(20105, "the access token is not valid yet") from None
        return claims
    raise TokenRefused(*_INVALID)


def _read_grants(account: Account, grants: Any) -> ProvenCaller:
    voice = grants.get("voice") if isinstance(grants, dict) else None
    if not isinstance(voice, dict):
        raise TokenRefused(20106, "the access token has no voice grant")
    identity = grants.get("identity") or ""
    if not isinstance(identity, str) or len(identity) > LONGEST_IDENTITY or "\0" in identity:
        raise TokenRefused(20106, "the access token's identity is no name")
    return ProvenCaller(
        account,
        identity,
        application_sid=str(_part_of(voice, "outgoing").get("application_sid") or ""),
        takes_calls=_part_of(voice, "incoming").get("allow") is True,
    )


def _part_of(grant: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = grant.get(name)
    return part if isinstance(part, dict) else {}
