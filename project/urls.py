"""Which path goes where."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("2010-04-01/", include("conference_app.api.urls")),
    path("api/", include("conference_app.api.documentation.urls")),
    # Django's own redirect to the address of any row, guest links too, asks for no permission.
    path("admin/r/<path:row>", RedirectView.as_view()),  # to nowhere: 410
    path("admin/", admin.site.urls),
    path("", include("conference_app.pages.urls")),
]

handler500 = "conference_app.api.errors.server_error_response"
