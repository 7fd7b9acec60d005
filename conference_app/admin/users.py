"""Django's own users and groups, in the look of the control room."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from typing_extensions import override
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from conference_app.admin.base import NOTHING, link
from conference_app.models import Account
from conference_app.visibility import may_manage, sees_all, visible_to

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class OperatorAdmin(UserAdmin, ModelAdmin):  # type: ignore[misc,type-arg] # the package has no types
    """Who may log in, what they may do, and with what of which accounts.

    Who has the permission to change users and is no superuser himself changes those who see no more
    than he, and makes nobody a superuser.
    """

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "first_name", "last_name", "is_staff", "operator_of")
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        (
            "Accounts",
            {
                "fields": ("operator_of",),
                "description": "Said on the account's page. Who is the operator of none sees"
                " nothing that belongs to an account, whatever he is permitted.",
            },
        ),
    )

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows: QuerySet[User] = super().get_queryset(request)
        seen = visible_to(request.user, Account).order_by("friendly_name")
        return rows.prefetch_related(Prefetch("accounts", seen, to_attr="seen_accounts"))

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return ("operator_of",) if sees_all(request.user) else ("operator_of", "is_superuser")

    @override
    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse to tell by a list's address who the operators of an account are."""
        return not lookup.startswith("accounts") and super().lookup_allowed(lookup, value, request)

    @override
    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _is_his(request, obj)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_his(request, obj)

    @admin.display(description="operator of")
    def operator_of(self, user: User) -> str:
        """The accounts of which what is theirs can be seen, as far as who looks sees them."""
        if user.is_superuser:
            return "all accounts, as a superuser"
        accounts = getattr(user, "seen_accounts", ())
        links = ((link(account, account.friendly_name),) for account in accounts)
        return format_html_join(", ", "{}", links) or NOTHING


@admin.register(Group)
class OperatorGroupAdmin(GroupAdmin, ModelAdmin):  # type: ignore[misc] # the package has no types
    """What the members of a group may do."""


def _is_his(request: HttpRequest, user: User | None) -> bool:
    return user is None or may_manage(request.user, user)
