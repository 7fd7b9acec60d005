"""What a service refuses; the text is meant for the one who asked."""


class ServiceError(Exception):
    """Nothing was done, for the reason in the text."""


class ConferenceIsOver(ServiceError):
    """The conference has been completed."""


class ParticipantIsGone(ServiceError):
    """The participant is not in the conference any more."""


class NameTaken(ServiceError):
    """Another row of the account has this name."""
