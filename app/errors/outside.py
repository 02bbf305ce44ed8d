"""Errors of what others did not do for us: pages that could not be fetched, mails that were not taken."""

from __future__ import annotations

from app.errors.base import ServiceError


class FetchFailed(ServiceError):
    """A foreign document could not be fetched. Every cause has the same public words (T8); `reason` is for the log.

    `status` is that of an answer which came and was not a success; None = there was none to read. `blocked` says that
    the address itself is refused, so that no packet was sent.
    """

    slug, title = "fetch-failed", "The address could not be fetched"

    def __init__(self, reason: str, *, status: int | None = None, blocked: bool = False) -> None:
        super().__init__("Nothing usable could be fetched from this address")
        self.reason = reason
        self.status = status
        self.blocked = blocked


class PlatformRefused(FetchFailed):
    """A platform that was asked answered with an error of its own; `reason` names it, and staff may read it.

    `code` is the platform's own name for it; "" = it has none.
    """

    slug, title = "platform-refused", "The platform refused to answer"

    def __init__(self, reason: str, *, status: int | None = None, code: str = "") -> None:
        super().__init__(reason, status=status)
        self.code = code


class Throttled(FetchFailed):
    """A platform that was asked wants a pause of `seconds`."""

    slug, title = "platform-throttles", "The platform asks for a pause"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"the platform asks for a pause of {seconds} s", status=429)
        self.seconds = seconds


class MailRefused(ServiceError):
    """A mail was not taken. `permanent` says that trying again is of no use; `code` is the SMTP reply, if any.

    `enhanced` is the reply's status code of RFC 3463, such as 5.1.1 for a mailbox that does not exist.
    """

    slug, title = "mail-refused", "The mail could not be handed over"

    def __init__(self, detail: str, *, permanent: bool, code: int | None = None, enhanced: str | None = None) -> None:
        super().__init__(detail, permanent=permanent, code=code)
        self.permanent = permanent
        self.code = code
        self.enhanced = enhanced
