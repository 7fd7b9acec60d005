"""What the ASGI server runs: http is Django's, websocket the streams', lifespan the engine's."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
# Loads the apps: what follows imports models.
django_application = get_asgi_application()

from conference_app.streams.routing import websocket_urlpatterns  # noqa: E402
from project.lifespan import lifespan  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": URLRouter(websocket_urlpatterns),
        "lifespan": lifespan,
    }
)
