import pytest

from conference_app.http_client import FetchCode, FetchError, absolute_url, without_secrets
from conference_app.http_client.target import read_target


@pytest.mark.parametrize(
    ("url", "wire"),
    [
        ("http://example.com", "http://example.com/"),
        (" HTTP://EXAMPLE.com/a?b=c#ct=100 ", "http://example.com/a?b=c"),
        ("https://example.com:443/", "https://example.com:443/"),
        ("http://example.com./x", "http://example.com/x"),
        ("http://example.com:8080/ü b?q=ü b&r=%20+", "http://example.com:8080/%C3%BC%20b?q=%C3%BC%20b&r=%20+"),
        ("http://user:pass@example.com/a", "http://example.com/a"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://faß.example/", "http://xn--fa-hia.example/"),
        ("http://my_service:8000/", "http://my_service:8000/"),
        ("http://[2606:4700:0:0::1111]:8080/", "http://[2606:4700::1111]:8080/"),
        ("http://example.com/a/../b%2fc", "http://example.com/a/../b%2fc"),
        ("http://example.com/\r\nX: y", "http://example.com/X:%20y"),
    ],
)  # fmt: skip
def test_what_goes_over_the_wire_is_canonical_and_holds_no_secret(url: str, wire: str) -> None:
    assert read_target(url).url == wire


@pytest.mark.parametrize(
    "host",
    [
        "127.1", "127.0.1", "0x7f000001", "0x7f.1", "0X7F.0.0.1", "2130706433", "017700000001",
        "0177.0.0.1", "127.0.0.1.", "①②⑦.⓪.⓪.①", "１２７。０。０。１", "127。1", "\u00ad127.0.0.1",
    ],
)  # fmt: skip
def test_every_way_to_write_an_address_comes_out_as_that_address(host: str) -> None:
    assert read_target(f"http://{host}:8080/").host == "127.0.0.1"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/a",
        "//example.com/a",
        "/a",
        "http:///a",
        "http:127.0.0.1",
        "http:/127.0.0.1",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "data:text/xml,<Response/>",
        "wss://example.com/",
        "http://127.0.0.1\\@example.com/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://example.com:0x50/",
        "http://[::1/",
        "http://ℂ／x/",
        "http://example.com/" + "a" * 4000,
    ],
)
def test_what_is_no_web_address_is_refused_as_an_invalid_url(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        read_target(url)
    assert caught.value.code is FetchCode.INVALID_URL


@pytest.mark.parametrize(
    "host",
    [
        "a..b", "..", "127.0.0.1..", "a b", "127.0.0.1%20", "127%2e0.0.1", "1.2.3.4.5", "256.1.1.1",
        "4294967296", "0x", "1.2.3.0x", "[fe80::1%25lo]", "[::1%lo]", "[::g]", "[127.0.0.1]:80",
        "a" * 64 + ".com", ".".join(["a"] * 130), "ex*mple.com", "a,b", "xn--a\u0301\u0302\u200d",
    ],
)  # fmt: skip
def test_what_can_be_no_host_is_refused(host: str) -> None:
    with pytest.raises(FetchError) as caught:
        read_target(f"http://{host}/")
    assert caught.value.code in (FetchCode.BAD_HOST, FetchCode.INVALID_URL)


def test_user_and_password_become_basic_authorization() -> None:
    target = read_target("https://caf%C3%A9:p%40ss:w%2f@example.com/")
    assert target.authorization == "Basic Y2Fmw6k6cEBzczp3Lw=="
    assert read_target("https://example.com/").authorization is None
    assert "p%40ss" not in repr(target)


def test_params_are_appended_to_the_query() -> None:
    target = read_target("http://example.com/a?b=1#x")
    assert target.with_params([("c", "d e"), ("c", "&+ü")]).url == (
        "http://example.com/a?b=1&c=d+e&c=%26%2B%C3%BC"
    )
    assert read_target("http://example.com").with_params([("c", "")]).url == (
        "http://example.com/?c="
    )


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("b.xml", "http://u:p@example.com/dir/b.xml"),
        (" /b.xml#rc=2 ", "http://u:p@example.com/b.xml#rc=2"),
        ("//other.example/b", "http://other.example/b"),
        ("https://other.example/b", "https://other.example/b"),
        ("", "http://u:p@example.com/dir/a.xml?x=1"),
    ],
)
def test_a_documents_urls_are_resolved_against_its_own(reference: str, expected: str) -> None:
    assert absolute_url("http://u:p@example.com/dir/a.xml?x=1", reference) == expected


def test_a_reference_that_can_not_be_resolved_is_an_invalid_url() -> None:
    with pytest.raises(FetchError):
        absolute_url("http://example.com/", "http://[x")


def test_what_is_shown_holds_no_user_password_query_or_fragment() -> None:
    url = "https://user:secret@example.com:8443/voice?token=secret#e=secret"
    assert without_secrets(url) == "https://example.com:8443/voice?…"
    assert without_secrets("http://[secret") == "(invalid URL)"
