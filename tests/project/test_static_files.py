import pytest
from django.test import Client


@pytest.mark.parametrize(
    "path", ["admin/css/base.css", "control_room/control_room.css", "pages/pages.css"]
)
def test_style_sheets_are_served_without_debug(client: Client, path: str) -> None:
    response = client.get(f"/static/{path}")
    assert (response.status_code, response["Content-Type"]) == (200, 'text/css; charset="utf-8"')
    assert not response.streaming
    assert int(response["Content-Length"]) == len(response.content) > 0


def test_what_has_not_changed_is_not_sent_again(client: Client) -> None:
    path = "/static/pages/pages.css"
    etag = client.get(path)["ETag"]
    again = client.get(path, headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.django_db
def test_there_is_no_way_out_of_the_folder(client: Client) -> None:
    for path in ("../../settings.py", "%2e%2e/%2e%2e/project/settings.py", ""):
        assert client.get(f"/static/{path}").status_code == 404
