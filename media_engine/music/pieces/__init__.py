"""The music that comes with Confab: a new genre is a new file and a line in the table here."""

from typing import Final

from media_engine.music.pieces import ambient, classical, electronica, guitars, rock, soft_rock
from media_engine.music.score import Piece

PIECES: Final[dict[str, tuple[Piece, ...]]] = {
    "classical": classical.PIECES,
    "ambient": ambient.PIECES,
    "electronica": electronica.PIECES,
    "guitars": guitars.PIECES,
    "rock": rock.PIECES,
    "soft-rock": soft_rock.PIECES,
}
"""The pieces of each genre, in the order in which they are heard."""
