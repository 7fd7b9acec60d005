"""Which path goes where."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("2010-04-01/", include("conference_app.api.urls")),
    path("api/", include("conference_app.api.documentation.urls")),
    path("admin/", admin.site.urls),
    path("", include("conference_app.pages.urls")),
]

handler500 = "conference_app.api.errors.server_error_response"
