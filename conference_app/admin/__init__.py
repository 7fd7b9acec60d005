"""The control room: what is going on, what went on, and the few things one can do about it."""

from django.contrib import admin

from conference_app.admin import (  # noqa: F401 # importing registers them
    accounts,
    alerts,
    applications,
    calls,
    conferences,
    guest_links,
    participants,
    recordings,
    rooms,
    webhook_deliveries,
)

admin.site.site_header = "Confab control room"
admin.site.site_title = "Confab"
admin.site.index_title = "Conferences and what belongs to them"
