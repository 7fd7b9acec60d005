import pytest
from django.contrib.auth import get_user_model

from conference_app.models import Account, Application, TwimlBin
from conference_app.services import demo
from conference_app.twiml import Conference, Dial, parse

pytestmark = pytest.mark.django_db


def _conference(name: str) -> tuple[Dial, Conference]:
    example = next(example for example in demo.EXAMPLES if example.name == name)
    document = parse(example.twiml)
    (dial,) = document.verbs
    assert isinstance(dial, Dial)
    assert not document.warnings
    return dial, dial.conference


@pytest.mark.parametrize("example", demo.EXAMPLES, ids=lambda example: example.name)
def test_every_example_is_twiml_without_a_fault(example: demo.Example) -> None:
    _conference(example.name)


def test_the_examples_say_what_the_feature_page_says() -> None:
    assert _conference("simple-conference")[1].name == "Room 1234"
    assert not _conference("moderated-participant")[1].start_on_enter
    assert _conference("moderated-moderator")[1].end_on_exit
    assert _conference("muted-listener")[1].muted
    assert _conference("bridge")[1].wait_url == ""
    assert _conference("leave-on-star")[0].hangup_on_star
    assert _conference("leave-on-star")[0].time_limit_seconds == 30
    assert _conference("recorded")[1].record


def test_both_sides_of_an_example_meet_in_one_room() -> None:
    for one, other in [
        ("moderated-participant", "moderated-moderator"),
        ("waiting-customer", "waiting-agent"),
    ]:
        assert _conference(one)[1].name == _conference(other)[1].name


def test_everything_is_made_once() -> None:
    account, is_new = demo.ensure_account()
    for _ in range(2):
        demo.ensure_applications(account=account)
    assert is_new
    assert demo.ensure_account() == (account, False)
    assert Application.objects.count() == TwimlBin.objects.count() == len(demo.EXAMPLES)
    assert demo.callable_examples() == list(demo.EXAMPLES)


def test_each_application_runs_its_own_document() -> None:
    account, _ = demo.ensure_account()
    demo.ensure_applications(account=account)
    for application in account.applications.all():
        document = TwimlBin.objects.get(sid=application.voice_url.removeprefix("/twiml/"))
        assert document.friendly_name == application.friendly_name


def test_what_the_operator_changed_stays_changed() -> None:
    account, _ = demo.ensure_account()
    demo.ensure_applications(account=account)
    account.applications.filter(friendly_name="bridge").update(voice_url="https://example.org/")
    demo.ensure_applications(account=account)
    bridge = account.applications.get(friendly_name="bridge")
    assert bridge.voice_url == "https://example.org/"


def test_sid_and_token_are_what_the_operator_wants() -> None:
    sid = "AC" + "1" * 32
    account, _ = demo.ensure_account(sid=sid, auth_token="one")
    assert (account.sid, account.auth_token) == (sid, "one")
    demo.ensure_account(sid=sid, auth_token="two")
    assert Account.objects.get().auth_token == "two"


def test_the_operator_keeps_the_password() -> None:
    assert demo.ensure_admin(password="chosen") == "chosen"
    assert demo.ensure_admin(password="another") is None
    admin = get_user_model().objects.get(username="admin")
    assert admin.is_superuser
    assert admin.check_password("chosen")


def test_a_password_that_nobody_chose_is_random() -> None:
    password = demo.ensure_admin()
    assert password is not None
    assert len(password) >= 16
