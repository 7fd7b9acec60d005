"""An operator sees and steers what belongs to his accounts, whatever page he tries it on.

All registered pages go through this, so one that is added later and shows more fails here. Its rows
are made by `build_all`.
"""

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import ForeignKey, Model
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from conference_app.models import Account, ApiKey, Application, Room, TwimlBin
from media_engine.commands import Command
from tests.builders import build_operator, logged_in
from tests.conference_app.admin.all_rows import (
    FOREIGN,
    OWN,
    SHOWN,
    conference_of,
    everything_of,
    path_to_account,
    rows_of,
)

each_kind = pytest.mark.parametrize("model", SHOWN, ids=lambda model: model.__name__)


def _url(model: type[Model], page: str, *key: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=key)


def _keys(account: Account, model: type[Model]) -> set[object]:
    keys = set(rows_of(account, model).values_list("pk", flat=True))
    assert keys, f"build_all() makes no {model.__name__}"
    return keys


def _listed(answer: Any) -> set[object]:
    return {row.pk for row in answer.context["cl"].result_list}


@each_kind
def test_lists_searches_and_filters_have_ones_own(
    operator: Client, admin_client: Client, own: Account, foreign: Account, model: type[Model]
) -> None:
    url = _url(model, "changelist")
    page = operator.get(url)
    second = Account.objects.get(friendly_name="Second")
    assert _listed(page) == _keys(own, model) | set(
        rows_of(second, model).values_list("pk", flat=True)
    )
    assert FOREIGN not in page.content.decode()
    everything = admin_client.get(url)
    assert _listed(everything) >= _keys(own, model) | _keys(foreign, model)
    assert FOREIGN in everything.content.decode()
    assert not _listed(operator.get(url, {"q": FOREIGN}))
    lookup = "id__exact" if model is Account else f"{path_to_account(model)}__id__exact"
    by_account = operator.get(url, {lookup: foreign.pk})
    assert by_account.status_code == 400 or not _listed(by_account)
    assert FOREIGN not in by_account.content.decode()


@each_kind
def test_pages_of_others_are_not_there(
    operator: Client,
    admin_client: Client,
    foreign: Account,
    posted: list[Command],
    model: type[Model],
) -> None:
    before = everything_of(foreign)
    routes = [str(pattern.pattern) for pattern in admin.site.get_model_admin(model).urls]
    for key in _keys(foreign, model):
        assert FOREIGN in admin_client.get(_url(model, "change", key)).content.decode()
        for route in (route for route in routes if "<" in route):
            url = _url(model, "changelist") + re.sub(r"<[^>]+>", str(key), route)
            for answer in (operator.get(url), operator.post(url, {"post": "yes"})):
                assert answer.status_code in (301, 302, 400, 403, 404, 405), url
                assert FOREIGN not in answer.content.decode()
    assert everything_of(foreign) == before
    assert posted == []


@each_kind
def test_actions_pass_over_what_is_others(
    operator: Client,
    admin_client: Client,
    foreign: Account,
    posted: list[Command],
    model: type[Model],
) -> None:
    before = everything_of(foreign)
    url = _url(model, "changelist")
    form = admin_client.get(url).context["action_form"]
    for action, _ in form.fields["action"].choices if form is not None else ():
        sent = {"action": action, "_selected_action": list(_keys(foreign, model)), "post": "yes"}
        assert FOREIGN not in operator.post(url, sent, follow=True).content.decode()
    assert everything_of(foreign) == before
    assert posted == []


@each_kind
def test_pages_and_forms_of_ones_own_name_nothing_of_others(
    operator: Client, own: Account, foreign: Account, model: type[Model]
) -> None:
    for key in _keys(own, model):
        page = operator.get(_url(model, "change", key))
        assert OWN in page.content.decode()
        assert FOREIGN not in page.content.decode()
    assert FOREIGN not in operator.get(_url(model, "add")).content.decode()


@pytest.mark.parametrize(
    ("model", "more"),
    [
        (Room, {"name": "put in"}),
        (Application, {"voice_method": "POST", "voice_fallback_method": "POST"}),
        (TwimlBin, {"twiml": "<Response/>"}),
        (ApiKey, {}),
    ],
)
def test_nothing_is_put_into_anothers_account(
    operator: Client, own: Account, foreign: Account, model: type[Model], more: dict[str, str]
) -> None:
    before = everything_of(foreign)
    form = {"friendly_name": "put in", "status_callback_method": "POST", **more}
    answer = operator.post(_url(model, "add"), form | {"account": foreign.pk})
    assert list(answer.context["adminform"].form.errors) == ["account"]
    number = rows_of(own, model).count()
    operator.post(_url(model, "add"), form | {"account": own.pk})
    assert rows_of(own, model).count() == number + 1
    key = rows_of(own, model).order_by("-pk").values_list("pk", flat=True)[0]
    operator.post(_url(model, "change", key), form | {"account": foreign.pk})
    assert rows_of(own, model).filter(pk=key).exists()
    assert everything_of(foreign) == before


@pytest.mark.parametrize(
    "field",
    [
        field
        for model in apps.get_app_config("conference_app").get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.remote_field.model in SHOWN
    ],
    ids=str,
)
def test_fields_are_completed_with_ones_own(
    operator: Client, admin_client: Client, field: Any
) -> None:
    def found(client: Client, term: str) -> list[Any]:
        query = {
            "app_label": "conference_app",
            "model_name": field.model._meta.model_name,
            "field_name": field.name,
            "term": term,
        }
        results: list[Any] = client.get(reverse("admin:autocomplete"), query).json()["results"]
        return results

    assert found(operator, OWN)
    assert found(admin_client, FOREIGN)
    assert not found(operator, FOREIGN)


def test_a_filter_does_not_name_a_room_of_others_that_it_was_given(
    operator: Client, admin_client: Client, foreign: Account
) -> None:
    query = {"conference__room__id__exact": conference_of(foreign).room_id}
    url = reverse("admin:conference_app_recording_changelist")
    assert f"{FOREIGN} room</option>" in admin_client.get(url, query).content.decode()
    assert FOREIGN not in operator.get(url, query).content.decode()


@each_kind
def test_who_has_no_account_is_told_so(
    own: Account, rights: list[str], model: type[Model], admin_client: Client
) -> None:
    user = build_operator(rights=rights)
    client = logged_in(user)
    words = "operator is the operator of no account"
    answer = client.get(_url(model, "changelist"))
    assert not _listed(answer)
    assert words in answer.content.decode()
    user.accounts.add(own)
    for other in (client, admin_client):
        assert words not in other.get(_url(model, "changelist")).content.decode()


@each_kind
def test_a_list_costs_few_queries_more_than_a_superusers(
    operator: Client,
    admin_client: Client,
    model: type[Model],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    url = _url(model, "changelist")
    with django_assert_max_num_queries(100) as all_of_it:
        admin_client.get(url)
    rights = 2  # those of his own, and those of his groups
    accounts, live_meetings = 1, 1
    with django_assert_max_num_queries(len(all_of_it) + rights + accounts + live_meetings):
        operator.get(url)
