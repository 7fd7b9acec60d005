"""What the engine raises; each tells its caller what was wrong with what it was given."""


class EngineError(Exception):
    """Anything that media_engine refuses."""


class MalformedMessage(EngineError):
    """A client sent what its dialect does not allow; the text is meant for that client."""


class UnsupportedFormat(EngineError):
    """An encoding, rate or number of channels that is not spoken here; the text is meant for the
    client.
    """


class EngineFull(EngineError):
    """A bounded queue of the engine refused; nothing was done."""


class NotRunning(EngineError):
    """The engine has not been started, or was stopped."""
