"""What the ASGI server runs: http is Django's, websocket the streams', lifespan the engine's."""

import os

import django
from channels.routing import ProtocolTypeRouter, URLRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
# What follows imports models.
django.setup(set_prefix=False)

from conference_app.streams.routing import websocket_urlpatterns  # noqa: E402
from project.django_handler import DjangoHandler  # noqa: E402
from project.lifespan import lifespan  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": DjangoHandler(),
        "websocket": URLRouter(websocket_urlpatterns),
        "lifespan": lifespan,
    }
)
