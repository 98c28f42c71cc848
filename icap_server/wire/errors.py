"""The one error of the wire: the client broke RFC 3507."""


class ProtocolError(Exception):
    """The session answers `icap_status` and closes; the message goes to the log only."""

    def __init__(self, message: str, icap_status: int = 400) -> None:
        super().__init__(message)
        self.icap_status = icap_status
