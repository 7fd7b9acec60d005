"""What axe finds on a page."""

import json

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page


async def no_serious_fault(page: Page, within: str | None = None) -> None:
    """Fail where some of a page can not be used by everybody. `within`: a selector."""
    found = await Axe().run(page, context=within)
    serious = [
        violation
        for violation in found.response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert not serious, json.dumps(serious, indent=1)
