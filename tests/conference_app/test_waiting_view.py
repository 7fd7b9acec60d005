"""A view that is not ready yet is asked again, and the client has one answer."""

import pytest
from django.http import HttpRequest, HttpResponse

from conference_app import waiting_view
from conference_app.waiting_view import waits_for_503


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_view, "LOOK_AGAIN_S", 0.001)


@pytest.mark.parametrize(
    ("answers", "expected"), [([200], 200), ([404], 404), ([503, 503, 200], 200), ([503, 404], 404)]
)
async def test_the_first_other_answer_counts(answers: list[int], expected: int) -> None:
    view = waits_for_503(lambda request: HttpResponse(status=answers.pop(0)))
    assert (await view(HttpRequest())).status_code == expected
    assert answers == []


async def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_view, "PATIENCE_S", 0.003)
    asked: list[int] = []

    def view(request: HttpRequest) -> HttpResponse:
        asked.append(1)
        return HttpResponse(status=503)

    assert (await waits_for_503(view)(HttpRequest())).status_code == 503
    assert len(asked) == 4
