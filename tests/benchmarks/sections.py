"""A page in sections, each between two marks: who writes one leaves all others as they are."""

import re
from pathlib import Path


def write_section(page: Path, name: str, text: str) -> None:
    """Put `text` in place of the section `name`; at the end of the page when there is none yet."""
    before = page.read_text() if page.exists() else ""
    begin, end = _marks(name)
    section = f"{begin}\n\n{text.strip()}\n\n{end}"
    found = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if found.search(before):
        after = found.sub(lambda _: section, before, count=1)
    else:
        after = f"{before.rstrip()}\n\n{section}\n"
    page.write_text(after.lstrip())


def read_section(page: Path, name: str) -> str:
    """Give the text of a section, "" when there is none."""
    begin, end = _marks(name)
    found = re.search(f"{re.escape(begin)}(.*?){re.escape(end)}", page.read_text(), re.DOTALL)
    return found[1].strip() if found else ""


def _marks(name: str) -> tuple[str, str]:
    return f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
