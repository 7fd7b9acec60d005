"""Which WebSocket path goes where."""

from django.urls import path

from conference_app.streams.consumers import MediaConsumer

websocket_urlpatterns = [path("media", MediaConsumer.as_asgi())]
