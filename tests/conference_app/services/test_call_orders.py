import pytest

from conference_app.services.call_orders import EndCall, LimitCall, NewDocument, Order, read_order


@pytest.mark.parametrize(
    "order",
    [
        EndCall(),
        LimitCall(600),
        NewDocument(url="https://example.org/", method="GET", fallback_url="/twiml/EH1"),
        NewDocument(twiml='<Response><Say>"Grüße"</Say></Response>'),
    ],
)
def test_an_order_is_read_as_it_was_written(order: Order) -> None:
    assert read_order(order.to_json()) == order


@pytest.mark.parametrize("text", ["", "dance", '{"order": "dance"}'])
def test_what_is_no_order_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_order(text)
