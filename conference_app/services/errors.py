"""What a service refuses; the text is meant for the one who asked."""


class ServiceError(Exception):
    """Nothing was done, for the reason in the text."""


class ConferenceIsOver(ServiceError):
    """The conference has been completed."""


class ParticipantIsGone(ServiceError):
    """The participant is not in the conference any more."""


class CallIsNotInProgress(ServiceError):
    """The call has ended, or has not begun."""


class NotFinished(ServiceError):
    """What is to be deleted is still under way."""


class BadTwiml(ServiceError):
    """The document can not be read; `code` is Twilio's."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Refused(ServiceError):
    """What was asked for does not go together with who is in, or what runs; `code` is Twilio's."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class NameTaken(ServiceError):
    """Another row of the account has this name."""
