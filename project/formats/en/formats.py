"""Moments to the second, and so that they sort as text: what an operator compares with logs."""

from typing import Final

DATE_FORMAT: Final = "Y-m-d"
DATETIME_FORMAT: Final = "Y-m-d H:i:s"
