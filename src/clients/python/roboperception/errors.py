"""What can go wrong, by name."""


class PayloadError(ValueError):
    """A payload is damaged or not one of RoboPerception's. The message says what is wrong with it."""


class MissingLibraryError(RuntimeError):
    """A library of the system is missing. The message names it and the command that installs it."""


class BrokerError(ConnectionError):
    """The broker refused us or its address is none. The message names the address and the reason."""
