"""How everything in this room says no: one error, with a code for programs and a pointer to the part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.credentials.jsonld import UnsafeDocument
from app.credentials.verify.finding import Stop
from app.errors import CredentialRefused


def refused(code: str, pointer: str, sentence: str) -> CredentialRefused:
    """The error to raise; `pointer` is a JSON Pointer into the document, "" = all of it."""
    return CredentialRefused(sentence, code=code, pointer=pointer)


@contextmanager
def refusing(pointer: str = "") -> Iterator[None]:
    """Let what the workshop says of an unsafe document, or of a check that failed, be a refusal too."""
    try:
        yield
    except UnsafeDocument as error:
        raise refused(error.code, error.pointer or pointer, error.detail) from error
    except Stop as stop:
        raise refused(f"{stop.check.name}.{stop.check.code}", pointer, stop.check.sentence) from stop
