"""What can go wrong between us and a URL that a user gave, in Twilio's own numbers."""

import enum


class FetchCode(enum.IntEnum):
    """The codes of Twilio's error dictionary that a request can earn here."""

    INVALID_URL = 11100
    RETRIEVAL_FAILURE = 11200
    CONNECT_TIMEOUT = 11201
    CONNECTION_REFUSED = 11202
    TOTAL_TIMEOUT = 11203
    CONNECTION_FAILURE = 11205
    PROTOCOL_VIOLATION = 11206
    BAD_HOST = 11210
    TOO_MANY_REDIRECTS = 11215
    INVALID_REDIRECT = 11216
    ERROR_STATUS = 11217
    TLS_HANDSHAKE = 11220
    CERTIFICATE_DOMAIN = 11235
    CERTIFICATE_EXPIRED = 11236
    CERTIFICATE_UNTRUSTED = 11237
    INVALID_RETRY_POLICY = 11243
    TOO_LARGE = 11750


class Failure(enum.StrEnum):
    """The classes of failure that a retry policy (`rp` in the URL's fragment) names.

    OTHER has no word of its own there: only `rp=all` covers it.
    """

    CONNECT = "ct"
    READ = "rt"
    STATUS_4XX = "4xx"
    STATUS_5XX = "5xx"
    OTHER = "other"


class FetchError(Exception):
    """A request that brought no usable answer.

    `code`: Twilio's number. `reason`: one sentence for the account's owner; it never holds a query,
    a password or text that the server sent. `status`: the HTTP status, when one came. `failure`:
    for the retry policy; None when another try could not end better. `retry_after`: seconds that
    the server asked to be left alone, when it said so in figures.
    """

    def __init__(
        self,
        code: FetchCode,
        reason: str,
        *,
        status: int | None = None,
        failure: Failure | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{code.value}: {reason}")
        self.code = code
        self.reason = reason
        self.status = status
        self.failure = failure
        self.retry_after = retry_after
