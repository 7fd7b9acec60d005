import pytest
from django.test import Client

from conference_app.models import Account
from tests.builders import build_twiml_bin

TWIML = "<Response><Dial><Conference>Köln</Conference></Dial></Response>"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_knows_the_sid_gets_the_document(alice: Account, stranger: Client, method: str) -> None:
    document = build_twiml_bin(alice, TWIML)
    strict = Client(enforce_csrf_checks=True)
    response = strict.generic(method, document.get_absolute_url())
    assert (response.status_code, response.content.decode()) == (200, TWIML)
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    assert document.get_absolute_url() == f"/twiml/{document.sid}"


@pytest.mark.django_db
@pytest.mark.parametrize("sid", ["EH" + "0" * 32, "EH1", "..%2f", "%00"])
def test_who_guesses_gets_nothing(stranger: Client, sid: str) -> None:
    assert stranger.get(f"/twiml/{sid}").status_code == 404


def test_a_document_can_not_be_changed_this_way(alice: Account, stranger: Client) -> None:
    assert stranger.put(build_twiml_bin(alice).get_absolute_url()).status_code == 405
