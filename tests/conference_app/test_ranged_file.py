from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.test import AsyncRequestFactory, RequestFactory

from conference_app import ranged_file
from conference_app.models import Account
from conference_app.ranged_file import UnsatisfiableRange, parse_range, ranged_file_response
from tests.builders import build_conference, build_recording

CONTENT = bytes(range(256)) * 4


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-", (0, 99)),
        ("bytes=0-0", (0, 0)),
        ("bytes=10-19", (10, 19)),
        ("Bytes= 10 - 19 ", (10, 19)),
        ("bytes=90-1000", (90, 99)),
        ("bytes=-10", (90, 99)),
        ("bytes=-1000", (0, 99)),
        ("", None),
        ("bytes=-", None),
        ("bytes=20-10", None),
        ("bytes=a-b", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
        ("bytes=٣-٤", None),
        ("bytes=0-" + "9" * 30, None),
    ],
)
def test_a_range_is_read_or_the_whole_file_meant(
    header: str, expected: tuple[int, int] | None
) -> None:
    assert parse_range(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_behind_the_end_can_not_be_satisfied(header: str) -> None:
    with pytest.raises(UnsatisfiableRange):
        parse_range(header, 100)


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=0-0", "bytes=-1"])
def test_an_empty_file_has_no_range(header: str) -> None:
    with pytest.raises(UnsatisfiableRange):
        parse_range(header, 0)


def _answer(account: Account, request: HttpRequest) -> StreamingHttpResponse:
    recording = build_recording(build_conference(account), CONTENT)
    response = ranged_file_response(request, recording.file, "RE1.wav", "audio/wav")
    assert isinstance(response, StreamingHttpResponse)
    return response


def test_the_whole_file_comes_without_a_range(alice: Account, media_root: Path) -> None:
    response = _answer(alice, RequestFactory().get("/"))
    assert response.status_code == 200
    assert response.getvalue() == CONTENT
    assert response["Content-Length"] == "1024"
    assert response["Accept-Ranges"] == "bytes"


def test_a_part_comes_with_its_place(
    alice: Account, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranged_file, "CHUNK_BYTES", 7)
    response = _answer(alice, RequestFactory(headers={"range": "bytes=100-149"}).get("/"))
    assert response.status_code == 206
    assert response.getvalue() == CONTENT[100:150]
    assert response["Content-Range"] == "bytes 100-149/1024"
    assert response["Content-Length"] == "50"


def test_a_part_of_another_version_is_the_whole_file(alice: Account, media_root: Path) -> None:
    request = RequestFactory(headers={"range": "bytes=0-9", "if-range": '"older"'}).get("/")
    assert _answer(alice, request).status_code == 200


def test_the_iterator_is_of_the_servers_kind(alice: Account, media_root: Path) -> None:
    file = build_recording(build_conference(alice), CONTENT).file
    in_wsgi = ranged_file._chunks_for(RequestFactory().get("/"), file, 0, 9)
    asgi_request = AsyncRequestFactory().get("/")
    assert isinstance(asgi_request, ASGIRequest)
    assert isinstance(in_wsgi, Iterator)
    assert isinstance(ranged_file._chunks_for(asgi_request, file, 0, 9), AsyncIterator)
