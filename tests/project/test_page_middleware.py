import pytest
from django.contrib.auth.models import User
from django.test import Client

from conference_app.models import Account
from tests.builders import basic, client_of


def test_the_api_knows_no_sessions(alice: Account) -> None:
    response = client_of(alice).get("/2010-04-01/Accounts.json")
    assert response.status_code == 200
    assert not hasattr(response.wsgi_request, "session")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies


@pytest.mark.django_db
def test_pages_do(client: Client) -> None:
    User.objects.create_superuser("root", password="x")
    assert client.login(username="root", password="x")
    response = client.get("/admin/")
    assert response.status_code == 200
    assert response.wsgi_request.user.is_authenticated
    assert response["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_a_form_of_somebody_elses_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/admin/login/", {"username": "root", "password": "x"}).status_code == 403


def test_the_api_takes_forms_from_anywhere(alice: Account) -> None:
    headers = {"authorization": basic(alice.sid, alice.auth_token)}
    client = Client(enforce_csrf_checks=True, headers=headers)
    form = "application/x-www-form-urlencoded"
    path = f"/2010-04-01/Accounts/{alice.sid}.json"
    assert client.post(path, "FriendlyName=Al", content_type=form).status_code == 200
