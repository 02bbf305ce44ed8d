"""What all commands share: the service, the terminal, and errors as sentences."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError
from rich.console import Console
from sqlalchemy.exc import DBAPIError

from app import logs
from app import service as services
from app.errors import LintFailed, ServiceError
from app.service import Service
from app.settings import Settings

ACTOR = "cli"
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def service(*, patience_seconds: int = 0) -> Iterator[Service]:
    """The service of the settings in the environment; how long it may wait for its database at most."""
    settings = Settings()
    logs.configure(settings)
    opened = services.build(settings, patience_seconds=patience_seconds)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def say_errors() -> Iterator[None]:
    """Say an error that was raised on purpose as a sentence, and end with exit code 1."""
    try:
        yield
    except ServiceError as error:
        err.print(error.detail, style="red", markup=False)
        for problem in error.facts.get("problems", []):
            err.print(f"  - {_sentence(problem)}", markup=False)
        if isinstance(error, LintFailed):
            for finding in error.facts["findings"]:
                err.print(f"  - {finding['rule']} {finding['pointer']}: {finding['sentence']}", markup=False)
        sys.exit(1)
    except ValidationError as error:  # of the settings: what the environment says is not what is meant
        for item in error.errors():
            name = "_".join(str(part) for part in item["loc"]).upper()
            err.print(f"LANYARD_{name}: {item['msg'].removeprefix('Value error, ')}", style="red", markup=False)
        sys.exit(1)
    except DBAPIError as error:
        said = str(error.orig).strip().splitlines()[0]
        err.print(f"The database refuses: {said}. Has it the newest schema? Run: lanyard migrate", markup=False)
        sys.exit(1)
    except (OSError, UnicodeError) as error:
        err.print(f"This cannot be read or written: {error}", style="red", markup=False)
        sys.exit(1)


def table(headings: list[str], rows: list[list[str]]) -> None:
    """Print rows under headings, tab-separated when the output is read by a program."""
    if not out.is_terminal:
        for row in rows:
            sys.stdout.write("\t".join(row) + "\n")
        return
    widths = [max(len(cell) for cell in column) for column in zip(headings, *rows, strict=True)]
    for row in (headings, *rows):
        out.print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip(), markup=False)


def _sentence(problem: object) -> str:
    if isinstance(problem, dict):
        place = f"line {problem['line']}: " if "line" in problem else f"{problem.get('pointer', '')}: "
        return f"{place}{problem.get('sentence', problem)}"
    return str(problem)
