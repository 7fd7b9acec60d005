"""Makes a guest link, for scripts; the control room does the same by hand."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from typing_extensions import override

from conference_app import selectors
from conference_app.services import demo, guest_links, own_addresses, rooms
from conference_app.services.errors import ServiceError


class Command(BaseCommand):
    """Prints the address, and nothing else."""

    help = "Make a link by which people without an account join one room."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("room", help="the room's name; it is made if there is none")
        parser.add_argument("--hours", type=float, default=24, help="how long it is good for")
        parser.add_argument("--guests", type=int, help="how many it lets in, if not any number")
        parser.add_argument("--account", help="the account's SID, if not the demo account's")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["account"]
        account = selectors.active_account(wanted) if wanted else demo.find_account()
        if account is None:
            raise CommandError("There is no such account.")
        if options["guests"] is not None and options["guests"] < 1:
            raise CommandError("--guests has to let in one at least.")
        try:
            room = rooms.ensure(account=account, name=options["room"])
            link = guest_links.create(
                room=room,
                expires_at=timezone.now() + timedelta(hours=options["hours"]),
                max_guests=options["guests"],
            )
        except (ServiceError, OverflowError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(own_addresses.absolute(link.get_absolute_url()))
