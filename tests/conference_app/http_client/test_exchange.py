"""What goes over the wire for one request, and what is made of the answer."""

import base64
from collections.abc import Iterator

import pytest
from twilio.request_validator import RequestValidator

from conference_app.http_client import (
    Cookies,
    FetchCode,
    FetchError,
    HttpClient,
    Limits,
    Params,
)
from tests.conference_app.http_client.conftest import Listen
from tests.conference_app.http_client.receiver import Answer, Request, reply

TOKEN = "a-token"
PARAMS: Params = [("CallSid", "CA1"), ("From", "+1415"), ("Ünï", "a b&c=d\n"), ("From", "+1416")]


async def test_a_post_carries_its_params_as_a_form(listen: Listen, client: HttpClient) -> None:
    receiver = await listen(
        lambda request: reply(b"<Response/>", content_type="Text/XML; charset=utf-8")
    )
    response = await client.request(receiver.url("/voice?x=1#rc=2"), params=PARAMS)
    request = receiver.requests[0]
    assert (request.method, request.target, request.form) == ("POST", "/voice?x=1", PARAMS)
    assert request.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["user-agent"].startswith("Confab/")
    assert request.headers["i-twilio-idempotency-token"]
    assert "x-twilio-signature" not in request.headers
    assert (response.status, response.content_type, response.charset) == (200, "text/xml", "utf-8")
    assert (response.body, response.url) == (b"<Response/>", receiver.url("/voice?x=1"))


async def test_a_get_carries_its_params_in_the_query(listen: Listen, client: HttpClient) -> None:
    receiver = await listen()
    response = await client.request(receiver.url("/voice?x=1"), method="GET", params=PARAMS[:2])
    request = receiver.requests[0]
    assert (request.method, request.body) == ("GET", b"")
    assert request.target == "/voice?x=1&CallSid=CA1&From=%2B1415"
    assert (response.content_type, response.charset) == ("", None), "the server said none"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_twilios_validator_takes_what_the_receiver_sees(
    listen: Listen, client: HttpClient, method: str
) -> None:
    receiver = await listen()
    url = receiver.url("/ü?q=a b&r=%2f")
    await client.request(url, method=method, params=PARAMS, sign_with=TOKEN)  # type: ignore[arg-type]
    request = receiver.requests[0]
    form: dict[str, list[str]] = {}
    for name, value in request.form:
        form.setdefault(name, []).append(value)
    seen = f"http://{request.headers['host']}{request.target}"
    signature = request.headers["x-twilio-signature"]
    assert RequestValidator(TOKEN).validate(seen, _MultiDict(form), signature)


class _MultiDict(dict[str, list[str]]):
    def getlist(self, name: str) -> list[str]:
        return self[name]


async def test_user_and_password_of_the_url_go_into_a_header_alone(
    listen: Listen, client: HttpClient
) -> None:
    receiver = await listen()
    url = receiver.url("/a").replace("http://", "http://us%65r:p%40ss@")
    response = await client.request(url, sign_with=TOKEN)
    request = receiver.requests[0]
    assert request.headers["authorization"] == "Basic " + base64.b64encode(b"user:p@ss").decode()
    assert request.target == "/a"
    assert RequestValidator(TOKEN).validate(
        receiver.url("/a"), {}, request.headers["x-twilio-signature"]
    )
    assert response.url == url, "relative URLs in the document keep them"
    assert "p%40ss" not in repr(response)


@pytest.mark.parametrize(
    ("status", "method", "form"),
    [
        ("301 x", "GET", []),
        ("302 x", "GET", []),
        ("303 x", "GET", []),
        ("307 x", "POST", PARAMS),
        ("308 x", "POST", PARAMS),
    ],
)
async def test_a_redirect_is_followed_as_a_browser_does_and_signed_anew(
    listen: Listen, client: HttpClient, status: str, method: str, form: Params
) -> None:
    second = await listen()
    first = await listen(lambda request: reply(status=status, location=second.url("/b?y=2#z")))
    response = await client.request(first.url("/a"), params=PARAMS, sign_with=TOKEN)
    request = second.requests[0]
    assert (request.method, request.target, request.form) == (method, "/b?y=2", form)
    theirs = _MultiDict({name: [v for n, v in form if n == name] for name, _ in form})
    signature = request.headers["x-twilio-signature"]
    assert RequestValidator(TOKEN).validate(second.url("/b?y=2"), theirs, signature)
    assert response.url == second.url("/b?y=2")


async def test_a_password_follows_a_redirect_within_its_origin_only(
    listen: Listen, client: HttpClient
) -> None:
    other = await listen()
    aims: Iterator[str] = iter(["/b", other.url("/c")])
    own = await listen(lambda request: reply(status="302 x", location=next(aims)))
    await client.request(own.url("/a").replace("http://", "http://u:p@"))
    assert ["authorization" in request.headers for request in own.requests] == [True, True]
    assert "authorization" not in other.requests[0].headers


@pytest.mark.parametrize(
    ("status", "location", "code"),
    [
        ("302 x", "", FetchCode.INVALID_REDIRECT),
        ("302 x", "ftp://example.com/", FetchCode.INVALID_URL),
        ("302 x", "file:///etc/passwd", FetchCode.INVALID_URL),
        ("302 x", "http://[", FetchCode.INVALID_URL),
        ("302 x", "http://" + "a" * 70 + "/", FetchCode.BAD_HOST),
        ("300 x", "/b", FetchCode.INVALID_REDIRECT),
        ("304 x", "/b", FetchCode.INVALID_REDIRECT),
        ("305 x", "/b", FetchCode.INVALID_REDIRECT),
    ],
)
async def test_a_redirect_to_nowhere_is_an_error(
    listen: Listen, client: HttpClient, status: str, location: str, code: FetchCode
) -> None:
    receiver = await listen(lambda request: reply(status=status, location=location))
    with pytest.raises(FetchError) as caught:
        await client.request(receiver.url())
    assert caught.value.code is code


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("400 x", FetchCode.ERROR_STATUS),
        ("404 Not Found", FetchCode.ERROR_STATUS),
        ("500 x", FetchCode.ERROR_STATUS),
        ("599 x", FetchCode.ERROR_STATUS),
        ("600 x", FetchCode.PROTOCOL_VIOLATION),
        ("999 x", FetchCode.PROTOCOL_VIOLATION),
        ("101 x", FetchCode.PROTOCOL_VIOLATION),
    ],
)
async def test_an_answer_that_is_not_2xx_is_an_error_with_its_status(
    listen: Listen, client: HttpClient, status: str, code: FetchCode
) -> None:
    receiver = await listen(lambda request: reply(b"secret", status, retry_after="120"))
    with pytest.raises(FetchError) as caught:
        await client.request(receiver.url())
    assert (caught.value.code, caught.value.status) == (code, int(status[:3]))
    assert caught.value.retry_after == 120
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("status", ["200 OK", "201 x", "204 No Content", "299 x"])
async def test_each_2xx_is_an_answer(listen: Listen, client: HttpClient, status: str) -> None:
    receiver = await listen(lambda request: reply(status=status))
    assert (await client.request(receiver.url())).status == int(status[:3])


async def test_cookies_are_kept_in_a_call_and_not_across_calls(
    listen: Listen, client: HttpClient
) -> None:
    receiver = await listen(lambda request: reply(set_cookie="session=of-this-call; Path=/"))
    one_call, other_call = Cookies(), Cookies()
    await client.request(receiver.url(), cookies=one_call)
    await client.request(receiver.url(), cookies=one_call)
    await client.request(receiver.url(), cookies=other_call)
    await client.request(receiver.url())
    assert [request.headers.get("cookie") for request in receiver.requests] == [
        None, "session=of-this-call", None, None,
    ]  # fmt: skip


async def test_a_cookie_set_by_a_redirect_goes_with_the_next_hop(
    listen: Listen, client: HttpClient
) -> None:
    def answer(request: Request) -> bytes:
        if request.target == "/a":
            return reply(status="302 x", location="/b", set_cookie="seen=1")
        return reply()

    receiver = await listen(answer)
    await client.request(receiver.url("/a"))
    assert receiver.requests[1].headers["cookie"] == "seen=1"


def _conditional(etag: str, cache_control: str = "") -> Answer:
    """A server that has one piece of music and knows its ETag."""

    def answer(request: Request) -> bytes:
        if request.headers.get("if-none-match") == etag:
            return reply(status="304 Not Modified", etag=etag, cache_control=cache_control)
        return reply(b"music", etag=etag, content_type="audio/wav", cache_control=cache_control)

    return answer


async def test_a_kept_answer_is_asked_about_and_used_again(
    listen: Listen, client: HttpClient
) -> None:
    receiver = await listen(_conditional('"v1"'))
    for from_cache in (False, True, True):
        response = await client.request(receiver.url("/m.wav"), method="GET", cache_key="AC1")
        assert (response.body, response.from_cache) == (b"music", from_cache)
        assert (response.status, response.content_type) == (200, "audio/wav")
    asked = [request.headers.get("if-none-match") for request in receiver.requests]
    assert asked == [None, '"v1"', '"v1"']


async def test_a_fresh_answer_is_used_without_asking(listen: Listen, client: HttpClient) -> None:
    receiver = await listen(_conditional('"v1"', cache_control="max-age=60"))
    for _ in range(3):
        response = await client.request(receiver.url("/m.wav"), method="GET", cache_key="AC1")
        assert response.body == b"music"
    assert receiver.connections == 1


async def test_a_changed_answer_takes_the_kept_ones_place(
    listen: Listen, client: HttpClient
) -> None:
    receiver = await listen(_conditional('"v1"'))
    await client.request(receiver.url("/m.wav"), method="GET", cache_key="AC1")
    receiver.answer = lambda request: reply(b"new music", etag='"v2"')
    response = await client.request(receiver.url("/m.wav"), method="GET", cache_key="AC1")
    assert (response.body, response.from_cache) == (b"new music", False)


async def test_kept_answers_do_not_cross_accounts_methods_or_passwords(
    listen: Listen, client: HttpClient
) -> None:
    receiver = await listen(_conditional('"v1"', cache_control="max-age=60"))
    url = receiver.url("/m.wav")
    await client.request(url, method="GET", cache_key="AC1")
    await client.request(url, method="GET", cache_key="AC2")
    await client.request(url, method="GET")
    await client.request(url, cache_key="AC1")
    await client.request(url.replace("//", "//u:p@"), method="GET", cache_key="AC1")
    assert receiver.connections == 5
    assert all("if-none-match" not in request.headers for request in receiver.requests)


async def test_two_headers_of_one_name_both_count(listen: Listen, client: HttpClient) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nCache-Control: max-age=60\r\n"
    receiver = await listen(lambda request: head + b"Cache-Control: no-store\r\n\r\n")
    for _ in range(2):
        await client.request(receiver.url(), method="GET", cache_key="AC1")
    assert receiver.connections == 2


@pytest.mark.parametrize("control", ["max-age=60", "no-cache"])
async def test_a_kept_answer_is_held_to_each_callers_limits(
    listen: Listen, client: HttpClient, control: str
) -> None:
    receiver = await listen(_conditional('"v1"', cache_control=control))
    await client.request(receiver.url(), method="GET", cache_key="AC1")
    with pytest.raises(FetchError) as caught:
        await client.request(
            receiver.url(), method="GET", cache_key="AC1", limits=Limits(max_bytes=4)
        )
    assert caught.value.code is FetchCode.TOO_LARGE
    cut = await client.request(
        receiver.url(), method="GET", cache_key="AC1", limits=Limits(max_bytes=4, cut=True)
    )
    assert cut.body == b"musi"


async def test_an_answer_that_was_cut_is_not_kept(listen: Listen, client: HttpClient) -> None:
    receiver = await listen(_conditional('"v1"', cache_control="max-age=60"))
    url, limits = receiver.url(), Limits(max_bytes=4, cut=True)
    await client.request(url, method="GET", cache_key="AC1", limits=limits)
    assert (await client.request(url, method="GET", cache_key="AC1")).body == b"music"
