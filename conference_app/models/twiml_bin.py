"""TwiML that this server keeps and serves itself."""

from django.db import models
from django.urls import reverse
from typing_extensions import override

from conference_app.models.account import Account
from conference_app.models.base import TimeStampedModel, sid_field


class TwimlBin(TimeStampedModel):
    """A document at a URL of its own, so that nobody needs a web server to try a call."""

    sid = sid_field("EH")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="twiml_bins")
    friendly_name = models.CharField(max_length=64)
    twiml = models.TextField("TwiML", max_length=65536)

    class Meta:
        verbose_name = "TwiML bin"

    @override
    def __str__(self) -> str:
        return self.friendly_name

    def get_absolute_url(self) -> str:
        """The path under which anybody who knows it gets the document."""
        return reverse("pages:twiml-bin", args=[self.sid])
