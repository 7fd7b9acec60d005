"""Paths without ".json" are answered in XML, the same facts in other clothes."""

from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from django.test import Client

from conference_app.api.conferences import ConferencesView
from conference_app.api.xml import as_xml
from conference_app.models import Account
from tests.builders import build_call, build_conference, build_participant
from tests.conference_app.api.requests import path_of, post_form


def _xml(response: Any) -> Element:
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    root = fromstring(response.content)
    assert root.tag == "TwilioResponse"
    (only,) = root
    return only


def _texts(element: Element) -> dict[str, str]:
    return {child.tag: child.text or "" for child in element}


def test_a_resource(alice: Account, alices: Client) -> None:
    conference = build_conference(alice, "Room <&> \x0b Köln")
    bare = path_of(alice, f"/Conferences/{conference.sid}")
    told = _xml(alices.get(bare))
    texts = _texts(told)
    assert told.tag == "Conference"
    assert texts["FriendlyName"] == "Room <&> \ufffd Köln"
    assert (texts["Sid"], texts["Status"], texts["Region"]) == (conference.sid, "in-progress", "")
    assert texts["Uri"] == bare
    uris = told.find("SubresourceUris")
    assert uris is not None
    assert _texts(uris)["Participants"] == f"{bare}/Participants"
    assert set(texts) == {
        "".join(part.capitalize() for part in name.split("_"))
        for name in alices.get(f"{bare}.json").json()
    }


def test_a_list_leads_from_page_to_page(alice: Account, alices: Client) -> None:
    calls = [build_call(alice).sid for _ in range(3)][::-1]
    bare = path_of(alice, "/Calls")
    first = _xml(alices.get(f"{bare}?PageSize=2"))
    assert first.tag == "Calls"
    assert [(row.tag, row.findtext("Sid")) for row in first] == [
        ("Call", calls[0]),
        ("Call", calls[1]),
    ]
    assert first.attrib | {"nextpageuri": ""} == {
        "page": "0",
        "pagesize": "2",
        "start": "0",
        "end": "1",
        "uri": f"{bare}?PageSize=2&Page=0",
        "firstpageuri": f"{bare}?PageSize=2&Page=0",
        "nextpageuri": "",
        "previouspageuri": "",
    }
    second = _xml(alices.get(first.attrib["nextpageuri"]))
    assert [row.findtext("Sid") for row in second] == calls[2:]


def test_a_participant_has_words_for_yes_and_no(alice: Account, alices: Client) -> None:
    participant = build_participant(build_conference(alice), muted=True)
    path = f"/Conferences/{participant.conference.sid}/Participants/{participant.call.sid}"
    told = _xml(alices.get(path_of(alice, path)))
    assert told.tag == "Participant"
    assert (told.findtext("Muted"), told.findtext("Hold")) == ("true", "false")


def test_what_is_in_one_another(alice: Account) -> None:
    told = {"participants": [{"hears": {"CA1": 0.5}}], "uri": "/2010-04-01/x.json"}
    assert (
        as_xml(told, path_of(alice, "/Conferences/CF1/Audibility"))
        .decode()
        .endswith(
            "<TwilioResponse><Audibility><Participants><Participant><Hears><CA1>0.5</CA1></Hears>"
            "</Participant></Participants><Uri>/2010-04-01/x</Uri></Audibility></TwilioResponse>"
        )
    )


def test_what_is_made_and_what_is_deleted(alice: Account, alices: Client) -> None:
    made = post_form(alices, path_of(alice, "/Applications"), FriendlyName="a")
    assert made.status_code == 201
    uri = _xml(made).findtext("Uri")
    assert uri is not None
    deleted = alices.delete(uri)
    assert (deleted.status_code, deleted.content) == (204, b"")


def test_an_error(alice: Account, alices: Client) -> None:
    path = path_of(alice, "/Conferences/CF" + "0" * 32)
    response = alices.get(path)
    told = _xml(response)
    assert (response.status_code, told.tag) == (404, "RestException")
    assert _texts(told) == {
        "Code": "20404",
        "Message": f"The requested resource {path} was not found",
        "MoreInfo": "https://www.twilio.com/docs/errors/20404",
        "Status": "404",
    }


def test_a_mistake_of_ours(alice: Account, alices: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ConferencesView, "get", fail)
    alices.raise_request_exception = False
    response = alices.get(path_of(alice, "/Conferences"))
    assert response.status_code == 500
    assert b"<Code>20500</Code>" in response.content
