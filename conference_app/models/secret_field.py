"""A column whose text is a secret that we need back."""

from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from typing_extensions import override

from conference_app.encryption import decrypt, encrypt


class SecretField(models.TextField):  # type: ignore[type-arg] # not generic at run time
    """Plain in Python, encrypted in the database; "" stays "". Nothing can be looked up by it."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        """Decrypt what was read. Raises SecretLost."""
        return decrypt(value) if value else value

    @override
    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return encrypt(value) if isinstance(value, str) and value else value

    @override
    def get_lookup(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is encrypted: rows can not be found by it.")
