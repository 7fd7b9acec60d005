import random

import pytest
from twilio.request_validator import RequestValidator

from conference_app.http_client import Params, sign, verify, with_body_hash

TOKEN = "12345"
FIRST_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
CALL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
]
DIGITS = [("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
REPEATED = [("Sid", "CA123"), ("SidAccount", "AC123"), *DIGITS]
BODY = b'{"property": "value", "boolean": true}'


@pytest.mark.parametrize(
    ("url", "params", "expected"),
    [
        (FIRST_URL, CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("http://mycompany.com:1234/myapp.php?foo=1&bar=2", CALL, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        ("https://mycompany.com:443/myapp.php?foo=1&bar=2", CALL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        ("http://mycompany.com:80/myapp.php?foo=1&bar=2", CALL, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        (FIRST_URL, REPEATED, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
        (with_body_hash(FIRST_URL, BODY), [], "a9nBmqA0ju/hNViExpshrM61xv4="),
    ],
)
def test_twilios_own_examples_are_signed_as_twilio_signs_them(
    url: str, params: Params, expected: str
) -> None:
    assert sign(url, params, TOKEN) == expected
    assert verify(url, params, TOKEN, expected)


class _MultiDict(dict[str, list[str]]):
    """What web frameworks hand to Twilio's validator."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def _as_multi_dict(params: Params) -> _MultiDict:
    form = _MultiDict()
    for name, value in params:
        form.setdefault(name, []).append(value)
    return form


def _random_request(rng: random.Random) -> tuple[str, Params | bytes]:
    scheme = rng.choice(["https", "http", "wss"])
    port = rng.choice(["", ":80", ":443", f":{rng.randrange(1, 65536)}"])
    query = rng.choice(["", "?a=b", "?x=%C3%BC&y=&y=1"])
    url = f"{scheme}://{rng.choice(['example.com', 'a-b.example', '10.0.0.1'])}{port}/p{query}"
    kind = rng.choice(["form", "form", "none", "body"])
    if kind == "none" or scheme == "wss":
        return url, []
    if kind == "body":
        body = '{"k": "' + rng.choice("aü€😀") * rng.randrange(50) + '"}'
        return with_body_hash(url, body.encode()), body.encode()
    alphabet = "abzAZ09 +&=%/\n\"'üß€漢😀"
    text = ["".join(rng.choices(alphabet, k=rng.randrange(8))) for _ in range(2 * rng.randrange(9))]
    return url, list(zip(text[::2], text[1::2], strict=True))


def _flip(signature: str, rng: random.Random) -> str:
    place = rng.randrange(len(signature) - 2)
    return signature[:place] + chr(ord(signature[place]) ^ 1) + signature[place + 1 :]


def test_twilios_validator_takes_200_signatures_of_ours_and_refuses_one_flipped_byte() -> None:
    for seed in range(200):
        rng = random.Random(seed)
        url, params = _random_request(rng)
        form = () if isinstance(params, bytes) else params
        theirs = params.decode() if isinstance(params, bytes) else _as_multi_dict(params)
        signature = sign(url, form, TOKEN)
        forged = _flip(signature, rng)
        assert RequestValidator(TOKEN).validate(url, theirs, signature), (seed, url, params)
        assert not RequestValidator(TOKEN).validate(url, theirs, forged), (seed, url, params)
        assert verify(url, params, TOKEN, signature)
        assert not verify(url, params, TOKEN, forged)


@pytest.mark.parametrize(
    ("signed", "seen"),
    [
        ("https://example.com/a", "https://example.com:443/a"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("https://example.com/a", "https://example.com:8443/a"),
        ("http://example.com:80/a", "http://example.com/a"),
        ("wss://example.com/media", "wss://example.com:443/media"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]:443/a"),
    ],
)
def test_a_port_put_in_or_taken_away_on_the_way_does_not_matter(signed: str, seen: str) -> None:
    assert verify(seen, CALL, TOKEN, sign(signed, CALL, TOKEN))


@pytest.mark.parametrize(
    ("url", "params", "token"),
    [
        (FIRST_URL + "&x=1", CALL, TOKEN),
        (FIRST_URL, CALL[1:], TOKEN),
        (FIRST_URL, [*CALL, ("Extra", "1")], TOKEN),
        (FIRST_URL, CALL, "12346"),
        ("http://mycompany.com/myapp.php?foo=1&bar=2", CALL, TOKEN),
        ("https://[", CALL, TOKEN),
    ],
)
def test_a_signature_for_another_request_or_token_is_refused(
    url: str, params: Params, token: str
) -> None:
    assert not verify(url, params, token, sign(FIRST_URL, CALL, TOKEN))


@pytest.mark.parametrize("signature", ["", "é", "\udcff", "RSOYDt4T1cUTdK1PDd93/VVr8B8"])
def test_what_is_no_signature_is_refused(signature: str) -> None:
    assert not verify(FIRST_URL, CALL, TOKEN, signature)


@pytest.mark.parametrize("body", [BODY + b" ", b""])
def test_a_body_that_is_not_the_one_that_was_signed_is_refused(body: bytes) -> None:
    url = with_body_hash(FIRST_URL, BODY)
    assert not verify(url, body, TOKEN, sign(url, [], TOKEN))
    assert not verify(FIRST_URL, body, TOKEN, sign(FIRST_URL, [], TOKEN)), "no hash in the URL"
