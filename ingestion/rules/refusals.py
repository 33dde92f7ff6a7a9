"""The two ways in which what was sent can be wrong: the body as a whole, or one record of it."""


class Unreadable(Exception):
    """The bytes are not a batch of records; none of them is stored."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class TooMuch(Unreadable):
    """The body is a batch, but larger than one request may be."""


class Refused(Exception):
    """One record cannot be stored. `message` tells the sender what to send instead and quotes nothing he sent."""

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(code, field, message)
        self.code = code
        self.field = field
        self.message = message
