"""Applications: made, changed and removed."""

from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction

from conference_app import sids
from conference_app.models import Account, Application
from conference_app.services.errors import NameTaken


@dataclass(frozen=True, slots=True)
class CallUrls:
    """Whom to ask for TwiML, and whom to tell; "" for nobody. The names are those of the row's
    columns.
    """

    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"


@transaction.atomic
def create(*, account: Account, urls: CallUrls, friendly_name: str = "") -> Application:
    """Make an application; without a name it is called by its SID. Raises NameTaken."""
    sid = sids.new("AP")
    name = friendly_name or sid
    try:
        with transaction.atomic():
            return Application.objects.create(
                account=account, sid=sid, friendly_name=name, **asdict(urls)
            )
    except IntegrityError as error:
        raise NameTaken(f"there is an application called {name!r} already") from error


@transaction.atomic
def update(*, application: Application, **columns: str) -> Application:
    """Change some columns: those of CallUrls, and `friendly_name`, which "" makes the SID again.

    Raises NameTaken.
    """
    if columns.get("friendly_name") == "":
        columns["friendly_name"] = application.sid
    for column, value in columns.items():
        setattr(application, column, value)
    try:
        with transaction.atomic():
            application.save(update_fields=[*columns, "updated_at"])
    except IntegrityError as error:
        name = application.friendly_name
        raise NameTaken(f"there is an application called {name!r} already") from error
    return application


@transaction.atomic
def delete(*, application: Application) -> None:
    """Remove an application; calls that run it go on."""
    application.delete()
