"""Bytes, pasted text or a picture -> one signed document; says what it is when it is not one (B44, T13, T14)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from app.credentials import baking, png, strict_json
from app.credentials.proofs import vc_jwt
from app.credentials.verify.finding import FORMAT, Stop, failed, unknown
from app.errors import MalformedJson, TooLarge, UnreadableCredential, UnreadableImage

# Far above any honest badge, and low enough that reading what its words mean takes seconds at the worst (T12).
MAX_PARTS = 5_000
MAX_LIST_ITEMS = 500
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", re.ASCII)
_TOKEN_BEGINNING = re.compile(r"eyJ[A-Za-z0-9_-]*\.", re.ASCII)
_VC_1_1 = "https://www.w3.org/2018/credentials/v1"
_OB_2_0 = "https://w3id.org/openbadges/v2"


@dataclass(frozen=True, slots=True)
class Token:
    """A compact token and what it says, nothing of it checked yet."""

    text: str
    header: dict[str, Any]
    claims: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """A document and how it is signed: by a `token`, or by proofs inside when `token` is None.

    `document` has the members of the credential; of a token, without the claims that only a token has.
    """

    document: dict[str, Any]
    token: Token | None


def read(data: bytes | str) -> SignedDocument:
    """The one signed document in JSON, a compact token or a baked PNG. Raises Stop with the `format` check."""
    if isinstance(data, bytes) and data.startswith(png.SIGNATURE):
        data = _unbaked(data)
    text = _text(data).strip()
    if _TOKEN.fullmatch(text) or _TOKEN_BEGINNING.match(text):
        return _from_token(text)
    if text.startswith("{"):
        document = _parsed(text)
        _refuse_heaps(document)
        _refuse_other_standards(document)
        return SignedDocument(document=document, token=None)
    if "<svg" in text[:2_000]:
        raise _later("svg", "This is an SVG image. Badges inside SVG images cannot be checked here yet.")
    raise _unreadable("none", "There is no badge in this. A badge is a JSON file, a PNG image or a token.")


def _from_token(text: str) -> SignedDocument:
    try:
        header, claims = vc_jwt.read(text)
    except UnreadableCredential as error:
        raise _unreadable(_code(error), f"This looks like a signed badge, but: {error.detail}.") from error
    _refuse_heaps(claims)
    if "vc" in claims:
        raise _later("data_model_1", "This badge uses an older data model (1.1), which cannot be checked here yet.")
    document = vc_jwt.document_of(claims)
    _refuse_other_standards(document)
    return SignedDocument(document=document, token=Token(text, header, claims))


def _unbaked(image: bytes) -> bytes:
    try:
        return baking.extract(image)
    except UnreadableImage as error:
        raise _unreadable("image", "The image cannot be read. It may be damaged or not complete.") from error
    except UnreadableCredential as error:
        raise _unreadable(_code(error), f"{error.detail}.") from error


def _text(data: bytes | str) -> str:
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        sentence = "There is no badge in this file. A badge is JSON, a PNG image or a token."
        raise _unreadable("not_text", sentence) from error


def _parsed(text: str) -> dict[str, Any]:
    try:
        value = strict_json.loads(text, max_nodes=MAX_PARTS)
    except TooLarge as error:
        raise _unreadable("too_large", "This is larger than a badge may be.") from error
    except MalformedJson as error:
        raise _unreadable("malformed_json", f"This looks like JSON, but it cannot be read: {error.detail}.") from error
    if not isinstance(value, dict):  # pragma: no cover - the text begins with a brace
        raise _unreadable("malformed_json", "This looks like JSON, but it is not one object.")
    return value


def _refuse_heaps(document: dict[str, Any]) -> None:
    parts, pending = 0, [document]
    while pending:
        value: Any = pending.pop()
        parts += 1
        if parts > MAX_PARTS or (isinstance(value, list) and len(value) > MAX_LIST_ITEMS):
            raise _unreadable("too_large", "This is larger than a badge may be.")
        if isinstance(value, dict | list):
            pending.extend(value.values() if isinstance(value, dict) else value)


def _refuse_other_standards(document: dict[str, Any]) -> None:
    context = document.get("@context")
    first = context[0] if isinstance(context, list) and context else context
    if first == _VC_1_1:
        raise _later("data_model_1", "This badge uses an older data model (1.1), which cannot be checked here yet.")
    if first == _OB_2_0:
        raise _later("open_badges_2", "This is an Open Badges 2.0 badge, which cannot be checked here yet.")


def _code(error: UnreadableCredential) -> str:
    return str(error.facts["code"]).replace(".", "_")


def _later(code: str, sentence: str) -> Stop:
    return Stop(unknown(FORMAT, code, sentence))


def _unreadable(code: str, sentence: str) -> Stop:
    return Stop(failed(FORMAT, code, sentence))
