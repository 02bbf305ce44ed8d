"""What a forger does to a badge, in each of its forms. Nothing here signs anything."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from app.credentials import baking, bitstring

Change = Callable[[dict[str, Any]], None]


def changed(form: str, file: bytes, change: Change) -> bytes:
    """The file with a change to what it says; signatures stay as they are."""
    match form:
        case "json":
            return _edited(file, change)
        case "png" | "svg":
            return baking.bake(file, _edited(baking.extract(file), change))
        case "jwt":
            head, payload, signature = file.decode().split(".")
            return ".".join((head, _encoded(_edited(decoded(payload), change)), signature)).encode()
    raise AssertionError(form)


def said(form: str, file: bytes) -> dict[str, Any]:
    """What a document or token says, read without asking whether it is true."""
    read: dict[str, Any] = json.loads(file if form == "json" else decoded(file.decode().split(".")[1]))
    return read


def with_proof_of(form: str, file: bytes, other: bytes) -> bytes:
    """The file with the proof or signature of another badge of the same issuer."""
    match form:
        case "json":
            return _edited(file, lambda document: document.update(proof=json.loads(other)["proof"]))
        case "png" | "svg":
            return baking.bake(file, with_proof_of("json", baking.extract(file), baking.extract(other)))
        case "jwt":
            return b".".join((*file.split(b".")[:2], other.split(b".")[2]))
    raise AssertionError(form)


def another_letter(document: dict[str, Any]) -> None:
    """Advanced instead of basic life support."""
    achievement = document["credentialSubject"]["achievement"]
    assert achievement["name"].startswith("BLS")
    achievement["name"] = "A" + achievement["name"][1:]


def later_end(document: dict[str, Any]) -> None:
    """A badge that ran out, made good again."""
    assert document["validUntil"] < "2030"
    document["validUntil"] = "2046" + document["validUntil"][4:]
    if "exp" in document:
        document["exp"] += 660_000_000


def index_of(other: dict[str, Any]) -> Change:
    """The place of another badge in the status list, instead of its own that is marked."""

    def change(document: dict[str, Any]) -> None:
        assert document["credentialStatus"] != other["credentialStatus"]
        document["credentialStatus"] = other["credentialStatus"]

    return change


def no_criteria(document: dict[str, Any]) -> None:
    """Earned by nothing."""
    del document["credentialSubject"]["achievement"]["criteria"]


def subject_of_no_type(document: dict[str, Any]) -> None:
    """A subject that is no AchievementSubject."""
    document["credentialSubject"]["type"] = ["Subject"]


def nothing_set(document: dict[str, Any]) -> None:
    """A status list on which nobody is marked."""
    subject = document["credentialSubject"]
    empty = bitstring.encode(frozenset(), 131_072)
    assert subject["encodedList"] != empty
    subject["encodedList"] = empty


def _edited(document: bytes, change: Change) -> bytes:
    read = json.loads(document)
    change(read)
    edited = json.dumps(read, separators=(",", ":")).encode()
    assert json.loads(document) != read
    return edited


def decoded(part: str) -> bytes:
    """One part of a compact token."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
