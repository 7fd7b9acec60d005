"""Which WebSocket path goes where."""

from django.urls import path

from conference_app import sid_converter  # noqa: F401 # <sid:…>
from conference_app.streams.consumers import MediaConsumer
from conference_app.streams.control_room import meeting_socket

websocket_urlpatterns = [
    path("media", MediaConsumer.as_asgi()),
    path("control-room/<sid:sid>", meeting_socket),
]
