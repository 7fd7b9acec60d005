from conference_app.http_client import Cookies

URL = "http://127.0.0.1:8000/voice"


async def test_a_cookie_goes_back_to_where_it_came_from_and_nowhere_else() -> None:
    cookies = Cookies()
    assert cookies.header_for(URL) is None
    cookies.keep(["session=abc; Path=/", 'quoted="a b"', "admin=1; Path=/admin"], URL)
    assert cookies.header_for(URL) == 'session=abc; quoted="a b"'
    assert cookies.header_for("http://127.0.0.2:8000/voice") is None


async def test_a_secure_cookie_stays_on_https() -> None:
    cookies = Cookies()
    cookies.keep(["s=1; Secure"], "https://example.com/")
    assert cookies.header_for("http://example.com/") is None
    assert cookies.header_for("https://example.com/") == "s=1"


async def test_a_call_remembers_fifty_cookies_and_no_giants() -> None:
    cookies = Cookies()
    cookies.keep([f"c{number}=x" for number in range(500)] + ["giant=" + "x" * 5000], URL)
    header = cookies.header_for(URL)
    assert header is not None and header.count("=") == 50


async def test_what_is_no_cookie_is_passed_over() -> None:
    cookies = Cookies()
    cookies.keep(["", ";", "=", "=x", "\x00=\x01", "a=b\x0b"], URL)
    assert (cookies.header_for(URL) or "").isascii()
