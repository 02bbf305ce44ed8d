"""What every error that is raised on purpose is."""

from __future__ import annotations

from typing import Any, ClassVar


class ServiceError(Exception):
    """An error with a stable name (`slug`), a title, a sentence for a person and facts for a program."""

    slug: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, detail: str, **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts
