import pytest

from conference_app.http_client.cache import Headers, Kept, ResponseCache
from conference_app.http_client.response import Response

KEY = ("AC1", "http://example.com/music.wav")


class _Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def _cache_with(headers: Headers, *, cookies: bool = False) -> tuple[ResponseCache, _Clock]:
    clock = _Clock()
    cache = ResponseCache(100_000, clock)
    cache.keep(KEY, _response(b"sound"), headers, cookies=cookies)
    return cache, clock


def _response(body: bytes) -> Response:
    return Response(200, "audio/wav", None, body, KEY[1])


def _found(cache: ResponseCache) -> Kept:
    kept = cache.find(KEY)
    assert kept is not None
    return kept


DATE = {"date": "Thu, 01 Jan 2026 00:00:00 GMT"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "max-age=60"}, 60),
        ({"cache-control": "Public, MAX-AGE=60"}, 60),
        ({"cache-control": "max-age=60", "age": "50"}, 10),
        ({"cache-control": "max-age=60", "expires": "0"}, 60),
        ({"cache-control": "max-age=99999999999999"}, 86400),
        ({"expires": "Thu, 01 Jan 2026 00:01:00 GMT", **DATE}, 60),
        ({"cache-control": "max-age=60", "vary": "Accept-Encoding"}, 60),
    ],
)
def test_an_answer_is_fresh_for_as_long_as_its_headers_say(headers: Headers, seconds: int) -> None:
    cache, clock = _cache_with(headers)
    clock.now += seconds - 1
    assert cache.is_fresh(_found(cache))
    clock.now += 1
    assert not cache.is_fresh(_found(cache))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"cache-control": "max-age=0"},
        {"cache-control": "max-age=-5"},
        {"cache-control": "max-age=soon"},
        {"cache-control": "max-age=60, no-store"},
        {"cache-control": "no-store", "etag": '"1"'},
        {"cache-control": "max-age=60", "vary": "Cookie"},
        {"cache-control": "max-age=60", "vary": "*"},
        {"cache-control": "max-age=60", "vary": "Accept-Encoding, Cookie"},
        {"expires": "0", **DATE},
        {"expires": "Thu, 01 Jan 2026 00:01:00 GMT"},
        {"expires": "Thu, 01 Jan 2026 00:01:00 GMT", "date": "x"},
    ],
)
def test_an_answer_that_could_never_be_used_again_is_not_kept(headers: Headers) -> None:
    cache, _ = _cache_with(headers)
    assert cache.find(KEY) is None


def test_a_stale_answer_is_asked_about_by_its_validators() -> None:
    headers = {"etag": '"1"', "last-modified": "yesterday", "cache-control": "no-cache"}
    cache, _ = _cache_with(headers)
    assert not cache.is_fresh(_found(cache))
    assert _found(cache).conditions == {"If-None-Match": '"1"', "If-Modified-Since": "yesterday"}


def test_a_renewed_answer_is_fresh_again() -> None:
    cache, clock = _cache_with({"etag": '"1"'})
    cache.renew(KEY, _found(cache), {"cache-control": "max-age=60"})
    clock.now += 59
    assert cache.is_fresh(_found(cache))
    assert _found(cache).response.body == b"sound"


@pytest.mark.parametrize(("control", "kept"), [("max-age=60", False), ("public, max-age=60", True)])
def test_an_answer_to_a_call_with_cookies_is_kept_only_when_public(
    control: str, kept: bool
) -> None:
    cache, _ = _cache_with({"cache-control": control}, cookies=True)
    assert (cache.find(KEY) is not None) is kept


def test_a_new_answer_takes_the_place_of_the_old_one_even_when_it_is_not_kept() -> None:
    cache, _ = _cache_with({"cache-control": "max-age=60"})
    cache.keep(KEY, _response(b"new"), {"cache-control": "no-store"}, cookies=False)
    assert cache.find(KEY) is None


def test_the_least_recently_used_go_when_there_is_no_room() -> None:
    cache = ResponseCache(100_000)
    for name in "abcd":
        cache.keep(("AC1", name), _response(bytes(20_000)), {"etag": "1"}, cookies=False)
    assert cache.find(("AC1", "a")) is not None
    cache.keep(("AC1", "e"), _response(bytes(20_000)), {"etag": "1"}, cookies=False)
    assert cache.find(("AC1", "b")) is None
    assert [cache.find(("AC1", name)) is not None for name in "acde"] == [True] * 4


def test_very_many_tiny_answers_and_one_huge_one_stay_within_the_bound() -> None:
    cache = ResponseCache(100_000)
    cache.keep(("AC1", "huge"), _response(bytes(30_000)), {"etag": "1"}, cookies=False)
    assert len(cache) == 0
    for number in range(1000):
        cache.keep(("AC1", str(number)), _response(b""), {"etag": "1"}, cookies=False)
    assert 50 < len(cache) < 100
