"""What a media socket is closed with, when something is wrong: a close code (RFC 6455), Twilio's
code, words.
"""

from media_engine.errors import EngineError, MalformedMessage, NotRunning, UnsupportedFormat


class Refusal(Exception):
    """The conversation can not go on; `text` is meant for the client.

    `on_record`: what is wrong has been written down already.
    """

    def __init__(self, close_code: int, code: int, text: str, *, on_record: bool = False) -> None:
        super().__init__(text)
        self.close_code = close_code
        self.code = code
        self.text = text
        self.on_record = on_record


def refusal_of(error: EngineError) -> Refusal:
    """Say an engine's error in the words of a socket.

    1007: a message that can not be read. 1003: sound that is not spoken here. 1013: try again
    later. Twilio's 31951 is a Media Streams message that is not valid.
    """
    match error:
        case MalformedMessage():
            return Refusal(1007, 31951, str(error))
        case UnsupportedFormat():
            return Refusal(1003, 31951, str(error))
        case NotRunning():
            return Refusal(1012, 31921, "the server is restarting")
        case _:
            return Refusal(1013, 31921, str(error))
