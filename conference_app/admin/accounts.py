"""Accounts: made and suspended, never removed with all that is theirs."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from typing_extensions import override

from conference_app.admin.base import ControlRoomAdmin
from conference_app.models import Account


@admin.register(Account)
class AccountAdmin(ControlRoomAdmin):
    """Accounts; the token is shown to those who may change them."""

    list_display = ["friendly_name", "sid", "status", "created_at"]
    list_filter = ["status"]
    search_fields = ["friendly_name", "sid"]
    ordering = ["friendly_name"]
    readonly_fields = ["sid", "auth_token", "created_at"]

    @override
    def get_fields(self, request: HttpRequest, obj: Account | None = None) -> Any:
        if obj is None:
            return ["friendly_name", "status"]
        secret = ["auth_token"] if self.has_change_permission(request, obj) else []
        return ["friendly_name", "status", "sid", *secret, "created_at"]

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
