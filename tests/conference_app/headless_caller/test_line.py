"""Getting to a bridge, or being told why not."""

import socket
from http import HTTPStatus

import pytest

from conference_app.headless_caller import CallFailed, HeadlessCaller
from tests.conference_app.headless_caller.fake_bridge import listen, serving


async def test_an_http_refusal_tells_its_status() -> None:
    async with serving(listen) as exchange:
        exchange.refuse_with = HTTPStatus.FORBIDDEN
        with pytest.raises(CallFailed, match="HTTP 403") as raised:
            async with HeadlessCaller(exchange.url, to="r"):
                pytest.fail("the call was made")
    assert raised.value.status == 403


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1/media", "http://127.0.0.1:1/", "nonsense"])
@pytest.mark.parametrize("receive_buffer_bytes", [None, 4096])
async def test_a_server_that_is_not_there_is_told(
    url: str, receive_buffer_bytes: int | None
) -> None:
    with pytest.raises(CallFailed, match="no connection to"):
        async with HeadlessCaller(url, to="r", receive_buffer_bytes=receive_buffer_bytes):
            pytest.fail("the call was made")


async def test_the_auth_token_goes_as_http_basic_and_stays_out_of_repr() -> None:
    async with serving(listen) as exchange:
        caller = HeadlessCaller(exchange.url, to="r", auth=("AC1", "p:w"))
        async with caller:
            assert exchange.authorization == "Basic QUMxOnA6dw=="
        assert "p:w" not in repr(caller._line)


async def test_the_receive_buffer_is_as_small_as_asked() -> None:
    async with (
        serving(listen) as exchange,
        HeadlessCaller(exchange.url, to="r", receive_buffer_bytes=4096) as caller,
    ):
        connected = caller._open_connection().transport.get_extra_info("socket")
        # Linux doubles what it is told (socket(7)).
        assert connected.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) <= 8192
