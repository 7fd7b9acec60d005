"""What can be asked of somebody in a meeting."""

from dataclasses import dataclass

from django.db import transaction

from conference_app import engine
from conference_app.models import Call, Participant
from conference_app.services import announcing
from conference_app.services.errors import ParticipantIsGone, Refused
from conference_app.services.sound_wish import SoundWish
from media_engine.commands import (
    ChangeExit,
    ChangeWait,
    Command,
    Kick,
    SetCoached,
    SetDeaf,
    SetDenoised,
    SetHeld,
    SetLevelled,
    SetMuted,
    SetVolume,
)

MAX_VOLUME = 2.0
"""Twice as loud (6 dB): more is distortion, not volume."""

COACHED_ON_HOLD = 16027
COACHED_NOT_PRESENT = 16028
UNKNOWN_PARAMETERS = 20001


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to change; None: as it is.

    `hold_sound`: what to hear on hold, the default music unless it is given. `coached`: the SID of
    the call that alone is to hear this one; "": all do. `volume` counts for all ears or, with
    `volume_for` (a call SID), for those of one.
    """

    muted: bool | None = None
    held: bool | None = None
    hold_sound: SoundWish | None = None
    deaf: bool | None = None
    volume: float | None = None
    volume_for: str | None = None
    auto_gain_control: bool | None = None
    noise_suppression: bool | None = None
    coached: str | None = None
    beep_on_exit: bool | None = None
    end_on_exit: bool | None = None
    wait_sound: SoundWish | None = None
    announcement: SoundWish | None = None


def set_muted(*, participant: Participant, muted: bool) -> Participant:
    """Make somebody unheard, or heard again. Raises what steer raises."""
    return steer(participant=participant, wishes=Wishes(muted=muted))


@transaction.atomic
def steer(*, participant: Participant, wishes: Wishes) -> Participant:
    """Change how somebody is in: note the wishes, and pass them on once the row is safe.

    Raises ParticipantIsGone, Refused (then nothing has changed); after the commit, NotRunning or
    EngineFull when the engine takes no commands.
    """
    participant = _still_in(participant)
    _check(participant, wishes)
    commands = _commands(participant, wishes)
    _note(participant, wishes)
    for command in commands:
        _post_on_commit(command)
    if wishes.announcement is not None:
        _announce_on_commit(participant, wishes.announcement)
    return participant


@transaction.atomic
def kick(*, participant: Participant) -> None:
    """Put somebody out; their call goes on. The row follows when the engine tells that they left.

    Raises what steer raises.
    """
    participant = _still_in(participant)
    _post_on_commit(Kick(participant.conference.sid, participant.call.sid))


def _check(participant: Participant, wishes: Wishes) -> None:
    """Refuse what concerns somebody who is not there for it."""
    others = Participant.objects.filter(
        conference=participant.conference, left_at__isnull=True
    ).exclude(pk=participant.pk)
    if wishes.coached:
        coached = others.filter(call__sid=wishes.coached).first()
        if coached is None:
            raise Refused(COACHED_NOT_PRESENT, f"{wishes.coached} is not in the conference")
        if coached.hold:
            raise Refused(COACHED_ON_HOLD, f"{wishes.coached} is on hold")
    if wishes.noise_suppression and not engine.can_suppress_noise():
        raise Refused(UNKNOWN_PARAMETERS, "NoiseSuppression: this server can not do that")
    listener = wishes.volume_for
    if listener is not None and not others.filter(call__sid=listener).exists():
        raise Refused(UNKNOWN_PARAMETERS, f"ForCallSid: {listener} is not in the conference")


def _commands(participant: Participant, wishes: Wishes) -> list[Command]:
    """Say what the engine is to do, in the order in which it may be heard: to fall silent first."""
    who = (participant.conference.sid, participant.call.sid)
    commands: list[Command] = []
    if wishes.muted is not None:
        commands.append(SetMuted(*who, wishes.muted))
    if wishes.coached is not None:
        commands.append(SetCoached(*who, wishes.coached or None))
    held = wishes.held
    if held is None and wishes.hold_sound is not None and participant.hold:
        held = True
    if held is not None:
        sound = wishes.hold_sound.to_json() if wishes.hold_sound is not None else ""
        commands.append(SetHeld(*who, held, sound))
    commands += _voice_commands(who, wishes)
    if wishes.beep_on_exit is not None or wishes.end_on_exit is not None:
        commands.append(ChangeExit(*who, wishes.beep_on_exit, wishes.end_on_exit))
    if wishes.wait_sound is not None:
        commands.append(ChangeWait(*who, wishes.wait_sound.to_json()))
    return commands


def _voice_commands(who: tuple[str, str], wishes: Wishes) -> list[Command]:
    """Say how the engine is to change what it hears of somebody, and lets them hear."""
    commands: list[Command] = []
    if wishes.deaf is not None:
        commands.append(SetDeaf(*who, wishes.deaf))
    if wishes.volume is not None:
        commands.append(SetVolume(*who, wishes.volume, wishes.volume_for))
    if wishes.auto_gain_control is not None:
        commands.append(SetLevelled(*who, wishes.auto_gain_control))
    if wishes.noise_suppression is not None:
        commands.append(SetDenoised(*who, wishes.noise_suppression))
    return commands


def _note(participant: Participant, wishes: Wishes) -> None:
    """Write the wishes into the row; the engine's word of their fulfilment comes later."""
    columns = {
        "muted": wishes.muted,
        "hold": wishes.held,
        "deaf": wishes.deaf,
        "volume": wishes.volume if wishes.volume_for is None else None,
        "auto_gain_control": wishes.auto_gain_control,
        "noise_suppression": wishes.noise_suppression,
        "end_on_exit": wishes.end_on_exit,
        "call_sid_to_coach": wishes.coached,
        "coaching": None if wishes.coached is None else bool(wishes.coached),
    }
    changed = {name: value for name, value in columns.items() if value is not None}
    if not changed:
        return
    for name, value in changed.items():
        setattr(participant, name, value)
    participant.save(update_fields=[*changed, "updated_at"])


def _announce_on_commit(participant: Participant, wish: SoundWish) -> None:
    # What a request tells of a call is read here: the loop may not ask the database.
    call = Call.objects.select_related("account", "application").get(pk=participant.call.pk)
    announcing.on_commit(
        conference=participant.conference, account=call.account, wish=wish, to=call
    )


def _still_in(participant: Participant) -> Participant:
    """Read the row again, locked: it may have left since the caller read it."""
    rows = Participant.objects.select_for_update(of=("self",))
    fresh = rows.select_related("conference__account", "call").get(pk=participant.pk)
    if not fresh.is_in:
        raise ParticipantIsGone(f"{fresh.call.sid} is not in {fresh.conference.sid} any more")
    return fresh


def _post_on_commit(command: Command) -> None:
    transaction.on_commit(lambda: engine.post(command))
