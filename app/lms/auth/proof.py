"""What every scheme has in common: its proof, its one refusal, and how a secret that holds is looked for."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.errors import DeliveryNotAuthentic
from app.lms.base import Authenticated, SourceConfig
from app.lms.reading import bounded_key

MIN_SECRET_BYTES = 16
MAX_SECRET_CHARACTERS = 1_024
PRINTABLE = re.compile(r"[!-~]{1,1024}")

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a scheme has proved. `message_id` is the sender's own, covered by the proof, or None.

    `body_holds_secret`: the secret came within the body and was taken out of `payload`.
    """

    payload: bytes = field(repr=False)
    method: str
    key_id: str
    message_id: str | None = None
    body_holds_secret: bool = False

    def delivery(self, key: str) -> Authenticated:
        """The delivery that was proved, under the key by which its repeat is known (hashed where it is too long)."""
        return Authenticated(bounded_key(key), self.payload, self.method, self.key_id, self.body_holds_secret)


Prove = Callable[[Headers, bytes, SourceConfig, datetime], Proof]


def refusal(reason: str) -> DeliveryNotAuthentic:
    """The one answer to everything that is not authentic; `reason` is a note for the log only."""
    error = DeliveryNotAuthentic("The delivery could not be authenticated")
    error.add_note(reason)
    return error


def holding_secret(config: SourceConfig, now: datetime, holds: Callable[[str], bool], *, otherwise: str) -> str:
    """The id of the first secret that is valid now and holds. Raises the refusal with `otherwise` as its note.

    Every secret is tried, so that the time taken does not say which one held.
    """
    key_id = None
    for secret in config.secrets:
        if secret.holds_at(now) and holds(secret.value) and key_id is None:
            key_id = secret.id
    if key_id is None:
        raise refusal(otherwise)
    return key_id


def same(ours: str, theirs: str) -> bool:
    """Whether two texts are the same, in a time that does not depend on where they differ."""
    return hmac.compare_digest(ours.encode("utf-8", "surrogatepass"), theirs.encode("utf-8", "surrogatepass"))


def one_matches(expected: bytes, signatures: list[bytes]) -> bool:
    """Whether one of the signatures is the expected one; all are compared, so that the time says not which."""
    held = [hmac.compare_digest(expected, signature) for signature in signatures]
    return any(held)


def usable_text(secret: str) -> bool:
    """Whether a static secret is long enough, and can be sent in a header."""
    return len(secret) >= MIN_SECRET_BYTES and PRINTABLE.fullmatch(secret) is not None


def age_problem(stated: str, now: datetime, tolerance_seconds: int) -> str | None:
    """What is wrong with a stated time in whole seconds since 1970; None when it is within the tolerance."""
    if not re.fullmatch(r"[0-9]{1,12}", stated):
        return "the timestamp is missing or no whole number of seconds"
    age_seconds = int(now.timestamp()) - int(stated)
    return f"the timestamp is {age_seconds} s old" if abs(age_seconds) > tolerance_seconds else None
