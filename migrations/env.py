"""How Alembic reaches the database and the models. The caller (`app/migrating.py`) owns the transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from alembic import context
from sqlalchemy import TypeDecorator

import app.issuing  # noqa: F401 - fills Base.metadata with every table
from app.db import Base

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write a type of ours as the plain one that it stores, so that an old revision never needs today's code."""
    is_ours = kind == "type" and isinstance(item, TypeDecorator) and type(item).__module__.startswith("app.")
    return f"sa.{item.impl_instance!r}" if is_ours else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    render_as_batch=True,  # SQLite alters a table by copying it
    render_item=render,
)
context.run_migrations()
