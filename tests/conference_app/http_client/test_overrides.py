import pytest

from conference_app.http_client import (
    Failure,
    FetchCode,
    FetchError,
    Overrides,
    read_overrides,
)

URL = "https://example.com/voice?ct=1#"


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("", Overrides(5.0, 15.0, None, 1, frozenset({Failure.CONNECT}))),
        ("ct=1000&rt=2000&tt=3000&rc=4", Overrides(1.0, 2.0, 3.0, 4)),
        ("ct=1&rt=1&tt=1&rc=0", Overrides(0.1, 0.1, 0.1, 0)),
        ("ct=99999&rt=99999&tt=99999&rc=99", Overrides(10.0, 15.0, 15.0, 5)),
        ("ct=" + "9" * 5000, Overrides(10.0)),
        ("ct=-1&rt=1.5&tt=soon&rc=٣", Overrides()),
        ("top", Overrides()),
        ("sni=y&e=ashburn,dublin&x=1", Overrides()),
        ("rp=5xx", Overrides(retry_on=frozenset({Failure.STATUS_5XX}))),
        ("rp=4xx, rt", Overrides(retry_on=frozenset({Failure.STATUS_4XX, Failure.READ}))),
        ("rp=ct,all", Overrides(retry_on=frozenset(Failure))),
    ],
)
def test_a_fragment_is_read_within_twilios_bounds(fragment: str, expected: Overrides) -> None:
    assert read_overrides(URL + fragment) == expected


def test_a_url_without_a_fragment_has_the_defaults() -> None:
    assert read_overrides("https://example.com/voice?ct=100") == Overrides()


@pytest.mark.parametrize("policy", ["3xx", "ct;rt", "CT", "ct,none", "ct,,rt"])
def test_a_retry_policy_that_is_none_is_error_11243(policy: str) -> None:
    with pytest.raises(FetchError) as caught:
        read_overrides(f"{URL}rc=2&rp={policy}")
    assert caught.value.code is FetchCode.INVALID_RETRY_POLICY
