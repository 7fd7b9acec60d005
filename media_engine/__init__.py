"""The audio of a conference bridge: legs, meetings, mixing, recording. Needs numpy, knows no
framework.

`Engine` is the front door; its vocabularies are `media_engine.commands` and `media_engine.events`.
"""

from media_engine.conference_mixer import Beeps
from media_engine.errors import EngineError, EngineFull, MalformedMessage, NotRunning
from media_engine.jitter import CEILING_FRAMES, DEFAULT_PREFILL
from media_engine.leg import Leg, LegOutput
from media_engine.leg_view import LegLevels, LegView
from media_engine.noise_suppression import can_suppress_noise
from media_engine.pcm import Pcm
from media_engine.recording import finish_abandoned
from media_engine.runner import Engine

__all__ = [
    "CEILING_FRAMES",
    "DEFAULT_PREFILL",
    "Beeps",
    "Engine",
    "EngineError",
    "EngineFull",
    "Leg",
    "LegLevels",
    "LegOutput",
    "LegView",
    "MalformedMessage",
    "NotRunning",
    "Pcm",
    "can_suppress_noise",
    "finish_abandoned",
]
