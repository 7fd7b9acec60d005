"""Lists, forms and filters of the control room hold what the user sees, and nothing else of any
account (`conference_app.visibility`).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib.admin import FieldListFilter, RelatedFieldListFilter
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from typing_extensions import override
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from conference_app.visibility import PATHS, only_visible, sees_all, visible_to

if TYPE_CHECKING:
    from django.contrib.admin.options import BaseModelAdmin
else:  # it comes with the class that is mixed into
    BaseModelAdmin = object


class VisibleRows(BaseModelAdmin):  # type: ignore[type-arg] # not generic at run time
    """To be mixed into pages and inlines of rows that belong to an account. Lists, searches, pages,
    actions and autocompletion all begin with `get_queryset`.
    """

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return only_visible(super().get_queryset(request), request.user)

    @override
    def get_field_queryset(
        self, db: str | None, db_field: Any, request: HttpRequest
    ) -> QuerySet[Any] | None:
        """Give what a field of a form may lead to."""
        rows = super().get_field_queryset(db, db_field, request)
        model: type[Model] = db_field.remote_field.model
        if model not in PATHS:
            return rows
        return visible_to(request.user, model) if rows is None else only_visible(rows, request.user)


class VisibleRelatedFilter(RelatedFieldListFilter):
    """Offers the rows that the user sees; in place of Django's own wherever a list names a relation
    to filter by.
    """

    @override
    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        model: type[Model] = field.remote_field.model
        if model not in PATHS or sees_all(request.user):
            return super().field_choices(field, request, model_admin)
        return field.get_choices(
            include_blank=False,
            ordering=self.field_admin_ordering(field, request, model_admin),
            limit_choices_to={"pk__in": visible_to(request.user, model)},
        )


class VisibleAutocompleteFilter(AutocompleteSelectFilter):  # type: ignore[misc] # has no types
    """The same with a field to search in; it names what is chosen only to who sees that."""

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        for choice in super().choices(changelist):
            field = choice["form"].fields[self.lookup_kwarg]
            field.queryset = only_visible(field.queryset.all(), self.request.user)
            yield choice


FieldListFilter.register(
    lambda field: bool(field.remote_field), VisibleRelatedFilter, take_priority=True
)
