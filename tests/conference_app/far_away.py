"""A storage that is not on this machine: nothing in it has a path."""

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.utils.deconstruct import deconstructible
from pytest_django import Settings
from typing_extensions import override


@deconstructible
class FarAway(Storage):
    """What every django-storages backend can do, and no more."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def _open(self, name: str, mode: str = "rb") -> ContentFile:  # type: ignore[type-arg] # not generic at run time
        if name not in self.kept:
            raise FileNotFoundError(name)
        return ContentFile(self.kept[name], name)

    def _save(self, name: str, content: Any) -> str:
        self.kept[name] = b"".join(content.chunks())
        return name

    @override
    def exists(self, name: str) -> bool:
        return name in self.kept

    @override
    def delete(self, name: str) -> None:
        self.kept.pop(name, None)

    @override
    def size(self, name: str) -> int:
        if name not in self.kept:
            raise FileNotFoundError(name)
        return len(self.kept[name])


def keep_in(settings: Settings, storage: type[Storage]) -> None:
    """Use another storage during the test."""
    backend = {"BACKEND": f"{storage.__module__}.{storage.__qualname__}"}
    settings.STORAGES = settings.STORAGES | {"default": backend}
