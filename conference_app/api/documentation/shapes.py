"""Words for JSON: each value is a schema (OpenAPI 3.0) together with an example of it."""

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Shape:
    """What a value may be, and what it may look like. `name`: under which it is described once and
    referred to.
    """

    schema: dict[str, Any]
    example: Any
    name: str = ""

    @property
    def reference(self) -> dict[str, Any]:
        """What stands for it inside other schemas."""
        return {"$ref": f"#/components/schemas/{self.name}"} if self.name else self.schema


def text(example: str = "", **rules: Any) -> Shape:
    """Any text, or what the rules (JSON Schema's) say."""
    return Shape({"type": "string", **rules}, example)


def sid(prefix: str) -> Shape:
    """An identifier of one kind."""
    example = prefix + "0123456789abcdef" * 2
    return text(example, pattern=f"^{prefix}[0-9a-fA-F]{{32}}$")


def one_of(*values: str, example: str = "") -> Shape:
    """One of a few words; the first is the example, unless another is given."""
    return text(example or values[0], enum=list(values))


def number(example: int) -> Shape:
    """A whole number."""
    return Shape({"type": "integer"}, example)


def gain(example: float = 1.0) -> Shape:
    """How loud something is heard: 0 not at all, 1 as it is, 2 twice as loud."""
    return Shape({"type": "number", "minimum": 0}, example)


def each(key: Shape, value: Shape) -> Shape:
    """An object with keys of one kind."""
    schema = {"type": "object", "additionalProperties": value.reference}
    return Shape(schema, {key.example: value.example})


def many(shape: Shape) -> Shape:
    """A list."""
    return Shape({"type": "array", "items": shape.reference}, [shape.example])


def flag(example: bool) -> Shape:
    """True or false."""
    return Shape({"type": "boolean"}, example)


def maybe(shape: Shape, *, example: Any = None) -> Shape:
    """The same, or null; null in the example, unless it is given."""
    nullable = {**shape.schema, "nullable": True}
    if "enum" in nullable:
        nullable["enum"] = [*nullable["enum"], None]
    return Shape(nullable, example)


def record(name: str = "", /, **values: Shape) -> Shape:
    """An object with exactly these keys."""
    schema = {
        "type": "object",
        "properties": {key: value.reference for key, value in values.items()},
        "additionalProperties": False,
    }
    if values:
        schema["required"] = list(values)
    return Shape(schema, {key: value.example for key, value in values.items()}, name)


def page_of(key: str, resource: Shape, *, path: str = "") -> Shape:
    """Twilio's envelope around a page of a list, which is at `path` below the account, or at its
    key.
    """
    uri = f"/2010-04-01/Accounts/{ACCOUNT.example}/{path or key.capitalize()}.json?PageSize=50"
    rows = Shape({"type": "array", "items": resource.reference}, [resource.example])
    return record(
        **{key: rows},
        first_page_uri=text(f"{uri}&Page=0"),
        next_page_uri=maybe(text()),
        previous_page_uri=maybe(text()),
        uri=text(f"{uri}&Page=0"),
        page=number(0),
        page_size=number(50),
        start=number(0),
        end=number(0),
    )


ACCOUNT: Final = sid("AC")
MOMENT: Final = text(
    "Sun, 22 Nov 2026 14:05:09 +0000",
    pattern=r"^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000$",
)
URI: Final = text(f"/2010-04-01/Accounts/{ACCOUNT.example}/….json", pattern=r"^/2010-04-01/")
NOTHING: Final = Shape({"type": "string", "nullable": True, "enum": [None]}, None)
"""For what Twilio has and Confab has not."""
