"""What would come of items if they were delivered now. The same functions decide as in earnest, and nothing stays.

Everything happens in a savepoint that is undone, so that a rule, a person or an award that is made on the way is gone
again. With `sign=False` it stops where a badge would be signed, which is the slow part: then an item that would be
awarded has the reason `would-award` and no award.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from app.credentials.model import Algorithm
from app.errors import WouldAward
from app.issuing import inbox
from app.issuing.deliveries import Delivery
from app.issuing.office import Office
from app.keystores import KeyStore, SealedKey
from app.lms import base as lms

WOULD_AWARD = WouldAward.slug
T = TypeVar("T")


def foresee(
    session: Session,
    office: Office,
    delivery: Delivery,
    items: Sequence[lms.Item],
    *,
    sign: bool = True,
    first_index: int = 0,
) -> list[dict[str, Any]]:
    """What `inbox.decide` would answer, one outcome an item, in order; each item sees what the ones before would do."""
    office = office if sign else unsigned(office)
    return undone(session, lambda: inbox.decide(session, office, delivery, items=items, first_index=first_index))


def unsigned(office: Office) -> Office:
    """An office that raises WouldAward where it would sign, which is the slow part of looking."""
    return replace(office, keystore=_Unsigned(office.keystore))


def undone(session: Session, work: Callable[[], T]) -> T:
    """Do something, and undo it; what it returned."""
    found: list[T] = []
    try:
        with session.begin_nested():
            found.append(work())
            _leave()
    except _Undone:
        pass
    return found[0]


class _Undone(Exception):
    """Leaves the savepoint."""


def _leave() -> None:
    raise _Undone


class _Unsigned:
    """A key store that says, instead of signing, that this would be an award."""

    def __init__(self, real: KeyStore) -> None:
        self._real = real

    def create(self, algorithm: Algorithm) -> dict[str, Any]:
        """As the real one."""
        return self._real.create(algorithm)

    def sign(self, kid: str, data: bytes) -> bytes:
        """Raises WouldAward."""
        del kid, data
        raise WouldAward("It would be awarded")

    def sealed(self, kid: str, *, owner: str) -> SealedKey | None:
        """As the real one."""
        return self._real.sealed(kid, owner=owner)

    def problems(self) -> list[str]:
        """As the real one."""
        return self._real.problems()

    def demo_kids(self) -> list[str]:
        """As the real one."""
        return self._real.demo_kids()
