"""Paths of the documentation."""

from django.urls import path

from conference_app.api.documentation.pages import docs, schema

app_name = "documentation"
urlpatterns = [
    path("docs/", docs, name="docs"),
    path("schema/", schema, name="schema"),
]
