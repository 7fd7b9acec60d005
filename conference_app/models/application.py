"""What a caller's number runs."""

from django.db import models
from typing_extensions import override

from conference_app.models.account import Account
from conference_app.models.base import HttpMethod, TimeStampedModel, sid_field


class Application(TimeStampedModel):
    """Where the TwiML of a call comes from; callers name it by its SID or its friendly name.

    URLs are absolute, or a path on this server ("/twiml/EH…").
    """

    sid = sid_field("AP")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="applications")
    friendly_name = models.CharField(max_length=64)
    voice_url = models.CharField("voice URL", max_length=2048, blank=True)
    voice_method = models.CharField(
        max_length=4, choices=HttpMethod.choices, default=HttpMethod.POST
    )
    voice_fallback_url = models.CharField("voice fallback URL", max_length=2048, blank=True)
    voice_fallback_method = models.CharField(
        max_length=4, choices=HttpMethod.choices, default=HttpMethod.POST
    )
    status_callback = models.CharField(max_length=2048, blank=True)
    status_callback_method = models.CharField(
        max_length=4, choices=HttpMethod.choices, default=HttpMethod.POST
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "friendly_name"], name="application_name_unique_in_account"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.friendly_name
