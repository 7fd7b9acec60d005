"""aiohttp's errors in Twilio's numbers."""

import errno
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import aiohttp

from conference_app.http_client.errors import Failure, FetchCode, FetchError
from conference_app.http_client.networks import refusal

# OpenSSL's verify codes (X509_V_ERR_…): the name or address is not in the certificate; it is not
# valid yet or not any more. Everything else means that no path leads to a trusted root.
_OTHER_DOMAIN: Final = frozenset({62, 63, 64})
_OUT_OF_DATE: Final = frozenset({9, 10})


class ForbiddenAddressError(OSError):
    """A socket was not made for its address; an OSError, for aiohttp takes care of no other."""

    def __init__(self, address: str, port: int) -> None:
        super().__init__(errno.EACCES, f"{address} port {port} is forbidden")
        self.address = address
        self.port = port


@contextmanager
def told_in_twilios_numbers() -> Iterator[None]:
    """Turn what aiohttp raises within the block into a FetchError.

    The original is not chained: its text may hold the URL with its query, and a traceback is
    logged.
    """
    try:
        yield
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise _fetch_error(error) from None


def _fetch_error(error: Exception) -> FetchError:
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return _bad_certificate(error.certificate_error)
        case aiohttp.ClientSSLError():
            return FetchError(
                FetchCode.TLS_HANDSHAKE,
                "No secure connection could be agreed on.",
                failure=Failure.CONNECT,
            )
        case aiohttp.ClientConnectorError():
            return _not_connected(error.os_error)
        case aiohttp.ConnectionTimeoutError():
            return _connect_timeout()
        case TimeoutError():  # aiohttp.SocketTimeoutError is one
            return FetchError(
                FetchCode.CONNECTION_FAILURE,
                "The server was silent for longer than the read timeout (rt).",
                failure=Failure.READ,
            )
        case aiohttp.InvalidURL():
            return FetchError(FetchCode.INVALID_URL, "The URL is not valid.")
        case aiohttp.ClientOSError() | aiohttp.ServerDisconnectedError():
            return _no_http("The connection broke before the answer was complete.")
        case _:
            return _no_http("What the server answered is no HTTP, or breaks off.")


def _no_http(reason: str) -> FetchError:
    return FetchError(FetchCode.PROTOCOL_VIOLATION, reason, failure=Failure.OTHER)


def _connect_timeout() -> FetchError:
    return FetchError(
        FetchCode.CONNECT_TIMEOUT,
        "No connection within the connect timeout (ct).",
        failure=Failure.CONNECT,
    )


def _not_connected(error: OSError) -> FetchError:
    if isinstance(error, ForbiddenAddressError):
        return refusal(error.address, error.port)
    if isinstance(error, ConnectionRefusedError):
        return FetchError(
            FetchCode.CONNECTION_REFUSED,
            "The server refuses connections at this port.",
            failure=Failure.CONNECT,
        )
    if error.errno == errno.ETIMEDOUT:
        return _connect_timeout()
    return FetchError(
        FetchCode.CONNECTION_FAILURE,
        f"No connection ({errno.errorcode.get(error.errno or 0, 'unknown')}).",
        failure=Failure.CONNECT,
    )


def _bad_certificate(error: Exception) -> FetchError:
    code = error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else 0
    if code in _OTHER_DOMAIN:
        return FetchError(
            FetchCode.CERTIFICATE_DOMAIN, "The server's certificate is for another host."
        )
    if code in _OUT_OF_DATE:
        return FetchError(
            FetchCode.CERTIFICATE_EXPIRED, "The server's certificate is not valid at this time."
        )
    return FetchError(
        FetchCode.CERTIFICATE_UNTRUSTED,
        "The server's certificate leads to no authority that is trusted here.",
    )
