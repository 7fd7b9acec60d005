"""The sounds that Confab makes itself: notification beeps, and hold music played from scores."""

from media_engine.music.beeps import enter_beep, exit_beep
from media_engine.music.library import UnknownMusic, genres, load_music, medley, piece_file

__all__ = [
    "UnknownMusic",
    "enter_beep",
    "exit_beep",
    "genres",
    "load_music",
    "medley",
    "piece_file",
]
