"""Words for the outbox, as a process of its own: `python -m tests.end_to_end.feed_outbox`.

Arguments: conferences, events of each, seconds that all of it takes, URL with {number} for the
conference's. Each event says when it was written (At, on the machine's monotonic clock).
"""

import sys
import time

import django


def main(conferences: int, events: int, seconds: float, url: str) -> None:
    """Write them, event by event round the conferences, each in a transaction of its own."""
    from conference_app import sids
    from conference_app.models import Account, Conference, DeliveryKind, Room
    from conference_app.services import outbox

    account = Account.objects.create(friendly_name="Fed", auth_token="secret")
    fed = []
    for number in range(conferences):
        room = Room.objects.create(account=account, name=f"room {number}")
        fed.append(Conference.objects.create(sid=sids.new("CF"), account=account, room=room))
    begun = time.monotonic()
    for count in range(events * conferences):
        time.sleep(max(0, begun + seconds * count / (events * conferences) - time.monotonic()))
        number = count % conferences
        params = [
            ("ConferenceSid", fed[number].sid),
            ("SequenceNumber", str(count // conferences + 1)),
            ("At", str(time.monotonic())),
        ]
        told = url.format(number=number)
        outbox.put(DeliveryKind.CONFERENCE_STATUS, told, "POST", params, about=fed[number])


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4])
