"""Applications and TwiML bins: what callers run."""

from django import forms
from django.contrib import admin
from typing_extensions import override
from unfold.widgets import UnfoldAdminTextareaWidget

from conference_app.admin.base import ControlRoomAdmin
from conference_app.models import Application, TwimlBin
from conference_app.twiml import TwimlError, parse


@admin.register(Application)
class ApplicationAdmin(ControlRoomAdmin):
    """Where the TwiML of a call comes from."""

    list_display = ["friendly_name", "voice_url", "account", "sid", "created_at"]
    list_filter = ["account"]
    list_select_related = ["account"]
    search_fields = ["friendly_name", "sid", "voice_url"]
    ordering = ["friendly_name"]
    readonly_fields = ["sid", "created_at", "updated_at"]


class TwimlBinForm(forms.ModelForm):  # type: ignore[type-arg] # not generic at run time
    """TwiML that a call could not carry out is told to its author, and not to the caller."""

    class Meta:
        model = TwimlBin
        fields = ["account", "friendly_name", "twiml"]
        widgets = {"twiml": UnfoldAdminTextareaWidget(attrs={"rows": 16, "spellcheck": "false"})}

    def clean_twiml(self) -> str:
        """Refuse what does not parse."""
        twiml: str = self.cleaned_data["twiml"]
        try:
            parse(twiml)
        except TwimlError as error:
            raise forms.ValidationError(str(error)) from error
        return twiml


@admin.register(TwimlBin)
class TwimlBinAdmin(ControlRoomAdmin):
    """Documents served by this server; "view on site" is their address."""

    form = TwimlBinForm
    list_display = ["friendly_name", "account", "sid", "updated_at"]
    list_filter = ["account"]
    list_select_related = ["account"]
    search_fields = ["friendly_name", "sid", "twiml"]
    ordering = ["friendly_name"]
    readonly_fields = ["sid", "created_at", "updated_at"]

    @override
    def view_on_site(self, document: TwimlBin) -> str:
        """Where the document is served."""
        return document.get_absolute_url()
