"""Reads that more than one caller needs. Nothing here writes."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from conference_app import sids
from conference_app.models import (
    DRAWN,
    Account,
    AccountStatus,
    ApiKey,
    Application,
    AudibilityChange,
    Conference,
    ConferenceStatus,
    EventKind,
    GuestLink,
    Participant,
    Recording,
    Room,
    TwimlBin,
)
from media_engine.events import Audibility


@dataclass(frozen=True, slots=True)
class Login:
    """Who has proven to act for an account: itself, or one of its keys."""

    account: Account
    key: ApiKey | None = None


def active_account(sid: str) -> Account | None:
    """Find an account that may do something; `sid` may be any text."""
    if not sids.is_sid(sid, "AC"):
        return None
    return Account.objects.filter(sid=sid, status=AccountStatus.ACTIVE).first()


def login(sid: str, secret: str) -> Login | None:
    """Give whom these credentials belong to: an account's SID with one of its tokens, or an API
    key's with its secret. None for all that is wrong; the comparison takes the same time either
    way.
    """
    key = api_key(sid)
    if key is not None:
        return Login(key.account, key) if _is_one_of([key.secret], secret) else None
    account = active_account(sid)
    expected = account.auth_tokens if account is not None else [""]
    return Login(account) if _is_one_of(expected, secret) and account is not None else None


def account_by_credentials(sid: str, secret: str) -> Account | None:
    """Give the active account that these credentials open, as `login` does."""
    found = login(sid, secret)
    return found.account if found is not None else None


def api_key(sid: str) -> ApiKey | None:
    """Find the key of an active account; `sid` may be any text."""
    if not sids.is_sid(sid, "SK"):
        return None
    keys = ApiKey.objects.filter(account__status=AccountStatus.ACTIVE)
    return keys.select_related("account").filter(sid=sid).first()


def _is_one_of(secrets: list[str], given: str) -> bool:
    matches = [hmac.compare_digest(secret.encode(), given.encode()) for secret in secrets]
    return bool(given) and any(matches)


def application_called(account: Account, to: str) -> Application | None:
    """Find the application that a caller of this account means by `to`: its SID, or its friendly
    name.
    """
    if "\0" in to:  # PostgreSQL refuses to compare with it
        return None
    own = Application.objects.filter(Q(sid=to) | Q(friendly_name=to), account=account)
    application = own.order_by("id").first()
    if application is not None:
        application.account = account
    return application


@dataclass(frozen=True, slots=True)
class RoomPolicy:
    """What the operator says of a room. `max_participants` None: no limit of its own."""

    max_participants: int | None = None
    auto_gain_control: bool = False
    noise_suppression: bool = False


def room_policy(account: Account, name: str) -> RoomPolicy:
    """Give what the operator says of a room of the account; nothing where there is none yet."""
    columns = ("max_participants", "auto_gain_control", "noise_suppression")
    policy = Room.objects.filter(account=account, name=name).values_list(*columns).first()
    return RoomPolicy() if policy is None else RoomPolicy(*policy)


def live_conferences() -> QuerySet[Conference]:
    """Meetings that are not over: people are in them, waiting or bridged."""
    return Conference.objects.exclude(status=ConferenceStatus.COMPLETED)


def people_in(conference: Conference) -> QuerySet[Participant]:
    """Those who are in a meeting now, with what is needed to render them; none once it is over."""
    return Participant.objects.filter(conference=conference, left_at__isnull=True).select_related(
        "conference__account", "call"
    )


def present_stay(account: Account, call_sid: str) -> Participant | None:
    """Find the meeting that a call of the account is in now; `call_sid` may be any text."""
    if not sids.is_sid(call_sid, "CA"):
        return None
    stays = Participant.objects.filter(call__account=account, call__sid=call_sid)
    present = stays.filter(left_at__isnull=True)
    return present.select_related("conference__account", "call").first()


@dataclass(frozen=True, slots=True)
class AudibleParticipant:
    """Somebody who was in a meeting at a moment; `hears`: the others' call SIDs, each with the gain
    at which it was heard.
    """

    call_sid: str
    label: str
    state: Audibility
    hears: dict[str, float]


def audible_at(conference: Conference, at: datetime) -> list[AudibleParticipant]:
    """Say who was in a meeting at a moment and who could hear whom, in order of joining; of a
    meeting that has not started by then, that nobody could.
    """
    here = Participant.objects.filter(conference=conference, joined_at__lte=at)
    stays = here.filter(Q(left_at__isnull=True) | Q(left_at__gt=at)).select_related("call")
    bridged = conference.started_at is not None and conference.started_at <= at
    changes = AudibilityChange.objects.filter(conference=conference, occurred_at__lte=at)
    last = {change.call_id: change for change in changes.order_by("occurred_at", "id")}
    people = [(stay, _audibility(stay, last.get(stay.call_id))) for stay in stays.order_by("id")]
    return [
        AudibleParticipant(
            call_sid=listener.call.sid,
            label=listener.label,
            state=state,
            hears={
                speaker.call.sid: said.gain_for(listener.call.sid)
                if bridged and not (state.held or state.deaf)
                else 0.0
                for speaker, said in people
                if speaker is not listener
            },
        )
        for listener, state in people
    ]


def active_speaker(conference: Conference, at: datetime | None = None) -> str | None:
    """Give the call SID of who had the floor at a moment (None: now), whether he is in or not.

    None where nobody has spoken, or the meeting's author has not asked for who speaks.
    """
    speech = conference.events.filter(
        kind__in=(EventKind.PARTICIPANT_SPEECH_START, EventKind.PARTICIPANT_SPEECH_STOP)
    )
    if at is not None:
        speech = speech.filter(occurred_at__lte=at)
    details = speech.order_by("-sequence_number").values_list("details", flat=True).first()
    return None if details is None else details.get("active_speaker")


def _audibility(stay: Participant, change: AudibilityChange | None) -> Audibility:
    # Who comes in as most do has none; that of an earlier stay does not count.
    if change is None or change.occurred_at < stay.joined_at:
        return Audibility()
    return Audibility(
        muted=change.muted,
        held=change.hold,
        deaf=change.deaf,
        volume=change.volume,
        coached=change.call_sid_to_coach or None,
        volumes=change.volumes,
        levelled=change.auto_gain_control,
        denoised=change.noise_suppression,
    )


def recording_by_sid(sid: str) -> Recording | None:
    """Find a recording, whoever owns it: the caller checks that. What is drawn comes when asked
    for.
    """
    return Recording.objects.select_related("account").defer(*DRAWN).filter(sid=sid).first()


def twiml_bin_by_sid(sid: str) -> TwimlBin | None:
    """Find a TwiML bin; who knows the SID may read it."""
    return TwimlBin.objects.filter(sid=sid, account__status=AccountStatus.ACTIVE).first()


def guest_link(token: str) -> GuestLink | None:
    """Find the link that a guest has followed; `token` may be any text. Whether it still opens its
    room is another question.
    """
    if not token.isascii() or not token.isprintable():
        return None
    return GuestLink.objects.select_related("room__account").filter(token=token).first()
