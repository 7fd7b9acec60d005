"""The Django application."""

from django.apps import AppConfig
from typing_extensions import override


class ConferenceAppConfig(AppConfig):
    """Rows, services, REST, pages and control room of the conference bridge."""

    name = "conference_app"
    verbose_name = "Confab"

    @override
    def ready(self) -> None:
        # Models may be imported from here on only; importing checks registers them.
        from conference_app import checks, engine  # noqa: F401
        from conference_app.services import event_log, reserved_conferences

        engine.log_events_with(event_log.record)
        engine.tell_of_meetings(reserved_conferences.meeting_began)
