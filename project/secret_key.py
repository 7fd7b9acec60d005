"""Django's signing key for an operator who gave none: made once, kept with the data."""

import os
import secrets
import tempfile
from pathlib import Path


def read_or_make(path: Path) -> str:
    """Give the key kept in `path`; make one, readable by its owner only, if there is none.

    The folder must be there.
    Safe when several processes start at once: the file appears whole or not at all, and everybody
    reads the one that came first.
    """
    if not path.exists():
        # mkstemp makes the file with mode 0600.
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    return path.read_text().strip()
