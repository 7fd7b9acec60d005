"""Sends what the outbox holds, beside the server or in its place."""

import asyncio
import signal
import socket
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from conference_app.services import http_door
from conference_app.services.webhook_sender import WebhookSender


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT. The server's own sender may run at the same time."""

    help = "Deliver webhooks until interrupted."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--name",
            default=socket.gethostname()[:64],
            help="Who claims deliveries; no two at work may have one name. Default: the host's.",
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(_send(options["name"]))


async def _send(name: str) -> None:
    async with http_door.new_client() as http:
        sender = WebhookSender(http, name=name)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, sender.stop)
        await sender.run()
