"""What a child and its parent say to each other. Apart from both, because a program's own classes have no address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.credentials.verify.recipient import Names


@dataclass(frozen=True, slots=True)
class Job:
    """One document to judge; `cpu_seconds` is what the whole of it may cost."""

    document: bytes
    now: datetime
    recipient: Names | None
    cpu_seconds: int
    looks_in_registries: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A call of the Resolver, or of the registries (`known_in`), that the parent is asked to make."""

    method: str
    arguments: tuple[str, ...]
    named: dict[str, str]
