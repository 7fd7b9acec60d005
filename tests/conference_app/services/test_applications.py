import pytest

from conference_app.models import Account, Application, Call
from conference_app.services import applications
from conference_app.services.applications import CallUrls
from conference_app.services.errors import NameTaken
from tests.builders import build_application, build_call


def test_an_application_is_made_with_its_urls(alice: Account) -> None:
    urls = CallUrls(voice_url="https://example.org/voice", voice_method="GET")
    application = applications.create(account=alice, urls=urls, friendly_name="reception")
    application.refresh_from_db()
    assert application.friendly_name == "reception"
    assert (application.voice_url, application.voice_method) == ("https://example.org/voice", "GET")


def test_without_a_name_it_is_called_by_its_sid(alice: Account) -> None:
    application = applications.create(account=alice, urls=CallUrls())
    assert application.friendly_name == application.sid


def test_a_name_is_given_once(alice: Account) -> None:
    build_application(alice, "reception")
    with pytest.raises(NameTaken):
        applications.create(account=alice, urls=CallUrls(), friendly_name="reception")
    assert Application.objects.count() == 1


def test_calls_outlive_their_application(alice: Account) -> None:
    application = build_application(alice)
    build_call(alice, application=application)
    applications.delete(application=application)
    assert Call.objects.get().application is None
