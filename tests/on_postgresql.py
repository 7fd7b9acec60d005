"""Run the tests that use a database once more, on PostgreSQL: `python -m tests.on_postgresql`; its
arguments go to pytest.

Where no server answers, this says so and succeeds, unless CONFAB_REQUIRE_SERVICES is set.
"""

import os
import subprocess
import sys
from typing import Final

import psycopg

DEFAULT_URL: Final = "postgres://postgres@127.0.0.1:5432/postgres"
TESTS: Final = ("tests/conference_app", "tests/end_to_end")
IN_A_HURRY: Final = "-c synchronous_commit=off"
"""No test is about a database server that dies, and waiting for its disk takes long."""


def main() -> int:
    """Give the exit status of the suite."""
    url = os.environ.get("CONFAB_TEST_DATABASE_URL", DEFAULT_URL)
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        print(f"no PostgreSQL at CONFAB_TEST_DATABASE_URL: {str(error).splitlines()[0]}")
        return 1 if os.environ.get("CONFAB_REQUIRE_SERVICES") else 0
    plugin = ["-p", "tests.postgresql"]
    command = [sys.executable, "-m", "pytest", "-q", *plugin, *TESTS, *sys.argv[1:]]
    variables = {"DATABASE_URL": url, "PGOPTIONS": IN_A_HURRY}
    return subprocess.run(command, env=os.environ | variables, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
