"""What the pages of the control room share: facts are shown and not edited."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Model
from django.forms import Media, Script
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from typing_extensions import override

from conference_app.admin.visible_rows import VisibleRows
from conference_app.services.errors import ServiceError
from conference_app.visibility import lacks_account
from media_engine import EngineError

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin, TabularInline
else:  # the theme's, which have no types
    from unfold.admin import ModelAdmin, TabularInline

NOTHING = "–"


class ControlRoomAdmin(VisibleRows, ModelAdmin):  # type: ignore[type-arg] # not generic at run time
    """A page of the control room, about rows that belong to an account."""

    list_per_page = 50
    show_full_result_count = False
    list_fullwidth = True
    list_before_template = "control_room/no_account.html"
    view_on_site: bool | Callable[[Any], str] = False

    @property
    @override
    def media(self) -> Media:
        return super().media + Media(css={"all": ["control_room/control_room.css"]})

    @override
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        told = {"lacks_account": lacks_account(request.user), **(extra_context or {})}
        return super().changelist_view(request, told)


class FactsAdmin(ControlRoomAdmin):
    """Rows that say what happened: to look at. Actions marked "operate" are for those who may
    change them.
    """

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whether the user may act on what goes on."""
        return super().has_change_permission(request)

    def act(
        self,
        request: HttpRequest,
        rows: Iterable[Model],
        service: Callable[[Any], object],
        done: str,
    ) -> None:
        """Call a service for each row and say how that went; what one refuses does not stop the
        others.
        """
        asked = 0
        for row in rows:
            try:
                service(row)
            except (ServiceError, EngineError) as error:
                self.message_user(request, f"{row}: {error}", messages.ERROR)
            else:
                asked += 1
        if asked:
            self.message_user(request, f"{done}: {asked}.", messages.SUCCESS)


class FactsInline(VisibleRows, TabularInline):  # type: ignore[type-arg] # not generic at run time
    """Facts that belong to the row on the page."""

    extra = 0
    tab = True
    hide_title = True
    can_delete = False

    @override
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def modules(*paths: str) -> Media:
    """Load ES modules of ours; they are fetched once and run after the page is there."""
    scripts: list[Any] = [Script(path, type="module") for path in paths]
    return Media(js=scripts)


def badge(status: str) -> str:
    """Show a status in its colour."""
    return format_html('<span class="badge badge-{}">{}</span>', status, status)


def link(row: Model, text: str) -> str:
    """Link to the page of a row."""
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a class="row-link" href="{}">{}</a>', url, text)


def duration_between(start: datetime | None, end: datetime | None) -> str:
    """Show how long something took, or has taken so far, as h:mm:ss."""
    if start is None:
        return NOTHING
    return show_duration((end or timezone.now()) - start)


def show_duration(length: timedelta) -> str:
    """Show a length as h:mm:ss."""
    return str(timedelta(seconds=max(0, int(length.total_seconds()))))


def show_ms(length: int | None) -> str:
    """Show a length in ms as h:mm:ss, if it is known."""
    return NOTHING if length is None else show_duration(timedelta(milliseconds=length))
