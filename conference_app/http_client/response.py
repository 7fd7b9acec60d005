"""What a request brings back, and the bounds it is given."""

from dataclasses import dataclass, field

from conference_app.http_client.errors import FetchCode, FetchError


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one request.

    `max_bytes`: of the body, after decompression. `total_seconds`: for everything, retries and
    redirects included; `tt` in the URL's fragment can shorten it. `cut`: a longer body is cut at
    `max_bytes` instead of being an error (for receivers whose answer nobody reads).
    """

    max_bytes: int = 64 * 1024
    total_seconds: float = 15.0
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """An answer with a status of 2xx.

    `content_type` is lower case and without parameters, empty when the server said none; `charset`
    is its parameter. `url`: where the answer came from after redirects, to resolve the document's
    relative URLs against; it may hold a password, see `without_secrets`. `from_cache`: the body was
    kept from an earlier request.
    """

    status: int
    content_type: str
    charset: str | None
    body: bytes = field(repr=False)
    url: str = field(repr=False)
    from_cache: bool = False


def too_large(limits: Limits) -> FetchError:
    """Word the refusal of an answer that is longer than the caller allows."""
    return FetchError(FetchCode.TOO_LARGE, f"The answer is longer than {limits.max_bytes} bytes.")
