"""Accounts: made and suspended, never removed with all that is theirs; and their secrets."""

from typing import Any, Final

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from typing_extensions import override

from conference_app.admin.base import ControlRoomAdmin
from conference_app.admin.secrets_once import show_once
from conference_app.models import Account, ApiKey
from conference_app.services import accounts
from conference_app.services.errors import ServiceError
from conference_app.visibility import sees_all

FACTS: Final = ("sid", "is_rotating", "created_at")


@admin.register(Account)
class AccountAdmin(ControlRoomAdmin):
    """Accounts; a token is shown when it is made, and never again. Superusers alone say who their
    operators are.
    """

    list_display = ["friendly_name", "sid", "status", "is_rotating", "created_at"]
    list_filter = ["status"]
    search_fields = ["friendly_name", "sid"]
    ordering = ["friendly_name"]
    autocomplete_fields = ["operators"]
    actions = ["make_secondary_token", "promote_secondary_token", "drop_secondary_token"]

    @admin.display(description="has a second token", boolean=True)
    def is_rotating(self, account: Account) -> bool:
        """Whether a second token is waiting to be promoted."""
        return bool(account.secondary_auth_token)

    @override
    def get_fields(self, request: HttpRequest, obj: Account | None = None) -> Any:
        return ["friendly_name", "status", "operators", *(() if obj is None else FACTS)]

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> Any:
        return FACTS if sees_all(request.user) else [*FACTS, "operators"]

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change and isinstance(request.user, User) and not sees_all(request.user):
            accounts.assign(account=form.instance, operator=request.user)

    @override
    def response_add(
        self, request: HttpRequest, obj: Account, post_url_continue: str | None = None
    ) -> HttpResponse:
        told = {"Account SID": obj.sid, "Auth token": obj.auth_token}
        return show_once(request, self, f"The account {obj}", told)

    @admin.action(description="Make a second auth token", permissions=["change"])
    def make_secondary_token(
        self, request: HttpRequest, queryset: QuerySet[Account]
    ) -> HttpResponse:
        """Begin a rotation: both tokens are good."""
        told = {
            f"Second auth token of {account} ({account.sid})": accounts.make_secondary_token(
                account=account
            ).secondary_auth_token
            for account in queryset
        }
        return show_once(request, self, "A second auth token", told)

    @admin.action(description="Promote the second auth token", permissions=["change"])
    def promote_secondary_token(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """End a rotation: the first token is good for nothing any more."""
        for account in queryset:
            self._try(request, account, accounts.promote_secondary_token, "promoted")

    @admin.action(description="Drop the second auth token", permissions=["change"])
    def drop_secondary_token(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """Call a rotation off."""
        for account in queryset:
            self._try(request, account, accounts.drop_secondary_token, "dropped")

    def _try(self, request: HttpRequest, account: Account, service: Any, done: str) -> None:
        try:
            service(account=account)
        except ServiceError as error:
            self.message_user(request, f"{account}: {error}", messages.ERROR)
        else:
            self.message_user(request, f"{account}: second token {done}.", messages.SUCCESS)


@admin.register(ApiKey)
class ApiKeyAdmin(ControlRoomAdmin):
    """API keys; deleting one revokes it. The secret is shown when the key is made, and never
    again.
    """

    list_display = ["__str__", "sid", "account", "created_at"]
    list_filter = ["account"]
    list_select_related = ["account"]
    search_fields = ["friendly_name", "sid"]
    ordering = ["-id"]

    @override
    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        facts = [] if obj is None else ["sid", "created_at"]
        return ["account", "friendly_name", *facts]

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        return [] if obj is None else ["account", "sid", "created_at"]

    @override
    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        told = {"Key SID": obj.sid, "Secret": obj.secret}
        return show_once(request, self, f"The API key {obj}", told)
