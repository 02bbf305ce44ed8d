"""A small world on each kind of database, at a moment that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from app.db import Database
from tests.reports.world import World

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def mid_june() -> Iterator[None]:
    """It is noon of 15 June 2026."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world(database: Database) -> World:
    """An issuer, and nothing else yet."""
    return World(database)


@pytest.fixture
def neighbour(world: World) -> World:
    """Another issuer in the same database, whose figures are nobody else's business."""
    return World(world.database, "southfield", pending=world.pending)
