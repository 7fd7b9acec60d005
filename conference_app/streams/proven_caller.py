"""What somebody at a media socket has proven."""

from dataclasses import dataclass

from conference_app.models import Account


@dataclass(frozen=True, slots=True)
class ProvenCaller:
    """Somebody who acts for `account`. By an access token it is `identity`, may call nothing but
    `application_sid` ("": any application of the account), and be called if `takes_calls`.
    """

    account: Account
    identity: str = ""
    application_sid: str = ""
    takes_calls: bool = False

    @property
    def name(self) -> str:
        """What Twilio calls it in From; "" for one that may call itself anything."""
        return f"client:{self.identity}" if self.identity else ""
