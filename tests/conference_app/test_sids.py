import pytest

from conference_app import sids


def test_a_new_sid_has_twilios_form_and_is_another_each_time() -> None:
    made = {sids.new("CF") for _ in range(100)}
    assert len(made) == 100
    assert all(sids.is_sid(sid, "CF") for sid in made)


@pytest.mark.parametrize(
    ("text", "prefix", "expected"),
    [
        ("CF" + "0123456789abcdef" * 2, "CF", True),
        ("CF" + "0123456789ABCDEF" * 2, "CF", True),
        ("CF" + "0123456789abcdef" * 2, "CA", False),
        ("CF" + "a" * 31, "CF", False),
        ("CF" + "a" * 33, "CF", False),
        ("CF" + "g" * 32, "CF", False),
        ("CF" + "a" * 32 + "\n", "CF", False),
        ("CF" + "٠" * 32, "CF", False),
        ("", "CF", False),
    ],
)
def test_is_sid_looks_at_prefix_length_and_digits(text: str, prefix: str, expected: bool) -> None:
    assert sids.is_sid(text, prefix) is expected
