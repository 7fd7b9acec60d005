"""Access tokens that the server itself mints, for its own pages: of the shape that Twilio's helper
libraries give them, for one application or one identity, and for long enough to open a socket.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import jwt

from conference_app.models import Account, Application
from conference_app.services.errors import ServiceError

LIFE: Final = timedelta(seconds=60)
LONGEST_NAME: Final = 64


class NoCallerName(ServiceError):
    """The text can not be a caller's name."""


def mint(*, application: Application, name: str, now: datetime) -> str:
    """Give a token whose bearer may call this application as `name`. Raises NoCallerName.

    The name is what people see of its bearer; nobody can be called by it.
    """
    voice = {"outgoing": {"application_sid": application.sid}}
    return _sign(application.account, read_name(name), voice, now)


def mint_to_be_called(*, account: Account, identity: str, now: datetime) -> str:
    """Give a token whose bearer may take the calls of `client:<identity>`, and call nobody. Raises
    NoCallerName.
    """
    if "?" in identity:
        raise NoCallerName("Whoever takes calls has a name without a question mark.")
    return _sign(account, read_name(identity), {"incoming": {"allow": True}}, now)


def read_name(text: str) -> str:
    """Give a name without needless space. Raises NoCallerName."""
    tidy = " ".join(text.split())
    if not tidy or len(tidy) > LONGEST_NAME or not tidy.isprintable():
        raise NoCallerName(f"A name has 1 to {LONGEST_NAME} characters.")
    return tidy


def _sign(account: Account, identity: str, voice: dict[str, Any], now: datetime) -> str:
    claims = {
        "iss": account.sid,
        "sub": account.sid,
        "iat": now,
        "exp": now + LIFE,
        "grants": {"identity": identity, "voice": voice},
    }
    headers = {"cty": "twilio-fpa;v=1"}
    return jwt.encode(claims, account.auth_token, algorithm="HS256", headers=headers)
