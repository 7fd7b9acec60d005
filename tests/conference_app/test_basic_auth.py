import base64

import pytest

from conference_app.basic_auth import read_basic
from tests.builders import basic


def _encoded(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (basic("AC1", "secret"), ("AC1", "secret")),
        (basic("AC1", "with:colon"), ("AC1", "with:colon")),
        (basic("AC1", "").replace("Basic", "bAsIc"), ("AC1", "")),
        ("", None),
        ("Basic", None),
        ("Basic !!!!", None),
        ("Bearer QUMxOnNlY3JldA==", None),
        (_encoded(b"no colon"), None),
        (_encoded(b"\xff\xfe:x"), None),
    ],
)
def test_credentials_are_read_or_none(header: str, expected: tuple[str, str] | None) -> None:
    assert read_basic(header) == expected
