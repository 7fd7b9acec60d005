"""Two accounts with a row of every kind, and the operator of one."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from conference_app.models import Account
from tests.builders import build_account, build_operator, logged_in
from tests.conference_app.admin.all_rows import FOREIGN, OWN, build_all


@pytest.fixture
def own(media_root: Path, db: None) -> Account:
    """The operator's account."""
    return build_all(OWN)


@pytest.fixture
def foreign(media_root: Path, db: None) -> Account:
    """Another account."""
    return build_all(FOREIGN)


@pytest.fixture
def rights(db: None) -> list[str]:
    """All permissions for what belongs to accounts."""
    rows = Permission.objects.filter(content_type__app_label="conference_app")
    return list(rows.values_list("codename", flat=True))


@pytest.fixture
def operator(own: Account, foreign: Account, rights: list[str]) -> Client:
    """Somebody who may do everything with what he sees: two accounts, so that there is something to
    choose from.
    """
    return logged_in(build_operator(own, build_account("Second"), rights=rights))
