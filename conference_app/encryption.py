"""Secrets that we need back, as they lie in the database: encrypted with a key that is not in it.

The key is derived from Django's SECRET_KEY. Texts that were written under one of
SECRET_KEY_FALLBACKS can still be read; `manage.py reencrypt_secrets` writes them anew.
"""

import base64
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_PURPOSE: Final = b"confab: secrets at rest"
_KEY_BYTES: Final = 32
_KEPT_OPEN: Final = 256
"""Lists name the same account in each row; it is decrypted once."""


class SecretLost(Exception):
    """None of the keys that the operator gave opens a secret."""


def encrypt(secret: str) -> str:
    """Give the text to be stored for a secret; another one each time."""
    return _cipher(_keys()).encrypt(secret.encode()).decode()


def decrypt(stored: str) -> str:
    """Give the secret again. Raises SecretLost."""
    return _decrypt(_keys(), stored)


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=_KEPT_OPEN)
def _decrypt(keys: tuple[str, ...], stored: str) -> str:
    try:
        return _cipher(keys).decrypt(stored.encode()).decode()
    except InvalidToken:
        raise SecretLost(
            "A secret in the database was encrypted with another CONFAB_SECRET_KEY;"
            " name that one in CONFAB_OLD_SECRET_KEYS."
        ) from None


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derive(key)) for key in keys])


def _derive(key: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=_PURPOSE)
    return base64.urlsafe_b64encode(derivation.derive(key.encode()))
