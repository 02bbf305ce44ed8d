"""What an import did, and how it tells what it could not do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from app.errors import InvalidInput, ServiceError
from app.issuing.issuers import Issuer
from app.issuing.office import Office

What = Literal["made", "changed", "unchanged", "archived", "left alone"]


@dataclass(frozen=True, slots=True)
class Change:
    """What the import did to one thing.

    `archived` = it was archived here and is left alone; `left alone` = somebody ended it here, or its time is over.
    `kind` is a singular word, such as `issuer`, `stack` or `recognised-credential`.
    """

    kind: str
    slug: str
    what: What


@dataclass(slots=True)
class Import:
    """One import under way: what it works with, and what it did so far."""

    session: Session
    office: Office
    actor: str
    issuers: dict[str, Issuer]
    changes: list[Change]

    def note(self, kind: str, slug: str, what: What) -> None:
        """Write down what was done."""
        self.changes.append(Change(kind, slug, what))


@contextmanager
def about(line: int, name: str) -> Iterator[None]:
    """Tell what is refused in here by the line on which it stands. Raises InvalidInput with `problems`."""
    try:
        yield
    except ServiceError as error:
        if error.facts.get("by_line"):
            raise
        told = {"line": line, "sentence": f"{name}: {error.detail}"}
        raise InvalidInput(
            "The catalogue cannot be imported as it is; nothing was changed", problems=[told], by_line=True
        ) from error
