"""What can go wrong, in terms of HTTP: one base class per meaning, subclassed beside the function that raises it."""

from typing import ClassVar


class Problem(Exception):
    """Something the caller did or has to know. The message says what to do; `code` is stable for programs."""

    status: ClassVar[int] = 500
    code: str = "error"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or (self.__doc__ or "").strip().splitlines()[0])

    @property
    def detail(self) -> str:
        return str(self)


class Malformed(Problem):
    """The request cannot be read."""

    status = 400
    code = "malformed"


class Unauthorized(Problem):
    """No valid credential came with the request."""

    status = 401
    code = "unauthorized"


class Forbidden(Problem):
    """The credential is valid and does not allow this."""

    status = 403
    code = "forbidden"


class NotFound(Problem):
    """There is no such object for this credential."""

    status = 404
    code = "not_found"


class Conflict(Problem):
    """The request does not fit what is stored."""

    status = 409
    code = "conflict"


class TooLarge(Problem):
    """The request is larger than the published limits."""

    status = 413
    code = "too_large"


class UnsupportedMedia(Problem):
    """The body has another media type or encoding than the one accepted."""

    status = 415
    code = "unsupported_media_type"


class Invalid(Problem):
    """The request can be read and what it says cannot be."""

    status = 422
    code = "invalid"


class Unavailable(Problem):
    """A part that is needed does not answer; trying again later helps."""

    status = 503
    code = "unavailable"
