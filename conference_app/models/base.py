"""What all rows have."""

from functools import partial

from django.db import models

from conference_app import sids


class TimeStampedModel(models.Model):
    """A row that knows when it was made and last changed.

    Whoever saves with `update_fields` names "updated_at" among them.
    """

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


def sid_field(prefix: str) -> "models.CharField[str, str]":
    """A column for Twilio's identifiers of one kind; filled by itself."""
    return models.CharField(
        "SID", max_length=34, unique=True, editable=False, default=partial(sids.new, prefix)
    )


class HttpMethod(models.TextChoices):
    """How a user's URL is to be requested."""

    GET = "GET"
    POST = "POST"
