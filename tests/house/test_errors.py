"""Every error that is raised on purpose has a name of its own and a status."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import app
from app.errors import ServiceError


def with_subclasses(error: type[ServiceError]) -> list[type[ServiceError]]:
    """An error and all that derive from it."""
    return [error, *(found for child in error.__subclasses__() for found in with_subclasses(child))]


def badly_named(errors: list[type[ServiceError]]) -> list[str]:
    """Errors without a slug or title of their own, or with somebody else's slug."""
    found = []
    seen: dict[str, str] = {}
    for error in errors:
        slug, title = vars(error).get("slug"), vars(error).get("title")
        if not slug or not title or not re.fullmatch(r"[a-z]+(-[a-z]+)*", slug) or slug in seen:
            found.append(error.__name__)
        seen[str(slug)] = error.__name__
    return found


def without_status(errors: list[type[ServiceError]], table: dict[type[ServiceError], int]) -> list[str]:
    """Errors that the table of the doors does not know, or knows by a status that is none of an error."""
    return [error.__name__ for error in errors if not 400 <= table.get(error, 0) <= 599]


@pytest.fixture(scope="module")
def errors() -> list[type[ServiceError]]:
    """Every error of every room."""
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return [error for error in with_subclasses(ServiceError)[1:] if error.__module__.startswith("app.")]


def test_every_error_has_a_name_of_its_own(errors: list[type[ServiceError]]):
    assert badly_named(errors) == []


def test_every_error_has_a_status(errors: list[type[ServiceError]]):
    problems = importlib.import_module("app.web.problems")

    assert without_status(errors, problems.STATUS) == []


def test_each_fault_of_an_error_is_found():
    tea = type("Tea", (Exception,), {"slug": "tea", "title": "Tea"})
    copy = type("Copy", (Exception,), {"slug": "tea", "title": "More tea"})
    nameless = type("Nameless", (tea,), {})

    assert badly_named([tea, copy, nameless]) == ["Copy", "Nameless"]  # type: ignore[list-item]
    assert without_status([tea, copy], {tea: 418, copy: 200}) == ["Copy"]  # type: ignore[list-item, dict-item]
