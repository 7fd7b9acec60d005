"""Access tokens that the server itself mints, for its own pages: of the shape that Twilio's helper
libraries give them, for one application and for long enough to open a socket.
"""

from datetime import datetime, timedelta
from typing import Final

import jwt

from conference_app.models import Application
from conference_app.services.errors import ServiceError

LIFE: Final = timedelta(seconds=60)
LONGEST_NAME: Final = 64


class NoCallerName(ServiceError):
    """The text can not be a caller's name."""


def mint(*, application: Application, name: str, now: datetime) -> str:
    """Give a token whose bearer may call this application as `name`. Raises NoCallerName.

    The name is what people see of its bearer; nobody can be called by it.
    """
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > LONGEST_NAME or not tidy.isprintable():
        raise NoCallerName(f"A name has 1 to {LONGEST_NAME} characters.")
    account = application.account
    claims = {
        "iss": account.sid,
        "sub": account.sid,
        "iat": now,
        "exp": now + LIFE,
        "grants": {
            "identity": tidy,
            "voice": {"outgoing": {"application_sid": application.sid}},
        },
    }
    headers = {"cty": "twilio-fpa;v=1"}
    return jwt.encode(claims, account.auth_token, algorithm="HS256", headers=headers)
