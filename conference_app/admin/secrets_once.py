"""The one page that shows a secret: the answer to making it. No other page does, nor does a row
that Django keeps (its messages and its history are stored in plain text).
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


def show_once(
    request: HttpRequest,
    model_admin: admin.ModelAdmin[Any],
    title: str,
    told: dict[str, str],
) -> HttpResponse:
    """Show SIDs and secrets by their names. As all of the admin, browsers do not keep the page."""
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "told": told,
        "opts": model_admin.opts,
        "media": model_admin.media,
    }
    return TemplateResponse(request, "admin/conference_app/secret_once.html", context)
