"""Bytes, pasted text or a picture -> one signed document; says what it is when it is not one (B44, T13, T14)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from app.credentials import baking, pdf, png, strict_json, svg
from app.credentials.proofs import vc_jwt
from app.credentials.timestamps import rfc3339
from app.credentials.verify.finding import FORMAT, Stop, failed
from app.credentials.verify.shape import HOLDING, inside
from app.credentials.verify.standards import Standard, in_todays_words, is_data_model_1, standard_of
from app.errors import MalformedJson, TooLarge, UnreadableCredential, UnreadableImage

# Far above any honest badge, and low enough that reading what its words mean takes seconds at the worst (T12).
MAX_PARTS = 5_000
MAX_LIST_ITEMS = 500
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", re.ASCII)
_TOKEN_BEGINNING = re.compile(r"eyJ[A-Za-z0-9_-]*\.", re.ASCII)
_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}")
NO_BADGE = "There is no badge in this. A badge is a JSON file, a PNG or SVG image, a token, or attached to a PDF."


@dataclass(frozen=True, slots=True)
class Token:
    """A compact token and what it says, nothing of it checked yet."""

    text: str
    header: dict[str, Any]
    claims: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """A document and how it is signed: by a `token`, or by proofs inside when `token` is None.

    `document` has the members of the credential as they were signed; of a token, without the claims that only a token
    has. `said` is the same in the words of today's data model, for whoever reads what it says. `picture` is the image
    that it was baked into, None when it came without one.
    """

    document: dict[str, Any]
    token: Token | None
    picture: bytes | None = None

    @property
    def standard(self) -> Standard:
        """Which standard the document is of."""
        return standard_of(self.document)

    @property
    def is_data_model_1(self) -> bool:
        """Whether it is of the older data model (1.1)."""
        return is_data_model_1(self.document)

    @property
    def said(self) -> dict[str, Any]:
        """The document in the words of data model 2.0."""
        return in_todays_words(self.document)


class KeptElsewhere(Stop):
    """A picture in which there is only the address of a badge, as Open Badges 1.x and 2.0 bake hosted ones."""

    def __init__(self, address: str) -> None:
        super().__init__(failed(FORMAT, "none", NO_BADGE))
        self.address = address


def read(data: bytes | str) -> SignedDocument:
    """The one signed document in JSON, a compact token, a baked picture or an attachment of a PDF.

    Raises Stop with the `format` check, or KeptElsewhere, which is one.
    """
    if isinstance(data, bytes) and pdf.looks_like(data):
        data = _detached(data)
    picture = _picture(data)
    text = _text(data if picture is None else _unbaked(picture)).strip()
    if _TOKEN_BEGINNING.match(text) or _TOKEN.fullmatch(text):
        return replace(of_token(text), picture=picture)
    if text.startswith("{"):
        return replace(of_document(_parsed(text)), picture=picture)
    if picture is not None and _ADDRESS.fullmatch(text):
        raise KeptElsewhere(text)
    raise _unreadable("none", NO_BADGE)


def of_document(document: dict[str, Any]) -> SignedDocument:
    """A document that was parsed already, as an embedded one was. Raises Stop with the `format` check."""
    _refuse_heaps(document)
    return SignedDocument(document=document, token=None)


def of_token(text: str) -> SignedDocument:
    """The document in a compact token. Raises Stop with the `format` check."""
    try:
        header, claims = vc_jwt.read(text)
    except UnreadableCredential as error:
        raise _unreadable(_code(error), f"This looks like a signed badge, but: {error.detail}.") from error
    _refuse_heaps(claims)
    if isinstance(claims.get("vc"), dict) and "@context" not in claims:
        claims = {**claims, "vc": _completed(claims["vc"], claims)}
    document = vc_jwt.document_of(claims)
    return SignedDocument(document=document, token=Token(text, header, claims))


def _completed(credential: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
    """The credential in a token of data model 1.1, with the members that only the claims beside it state.

    Source: VC Data Model 1.1, section 6.3.1, "JWT Decoding".
    """
    stated: dict[str, Any] = {"id": claims.get("jti"), "issuer": claims.get("iss")}
    for claim, member in (("nbf", "issuanceDate"), ("exp", "expirationDate")):
        stated[member] = _date_of(claims.get(claim))
    completed = {**{name: value for name, value in stated.items() if value is not None}, **credential}
    subject = credential.get("credentialSubject")
    if isinstance(subject, dict) and "id" not in subject and isinstance(claims.get("sub"), str):
        completed["credentialSubject"] = {**subject, "id": claims["sub"]}
    return completed


def _date_of(seconds: Any) -> str | None:
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return None
    try:
        return rfc3339(datetime.fromtimestamp(seconds, tz=UTC))
    except (OverflowError, OSError, ValueError):
        return None


def _picture(data: bytes | str) -> bytes | None:
    """The picture that was handed in, a pasted SVG too; None when it is none."""
    image = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    return image if image.startswith(png.SIGNATURE) or svg.looks_like(image) else None


def _detached(document: bytes) -> bytes:
    """The badge that is attached to a PDF."""
    try:
        return pdf.extract(document)
    except UnreadableCredential as error:
        raise _unreadable(_code(error), f"{error.detail}.") from error


def _unbaked(image: bytes) -> bytes:
    try:
        return baking.extract(image)
    except UnreadableImage as error:
        if error.facts["code"] == "not_svg":  # a web page, or some other XML
            raise _unreadable("none", NO_BADGE) from error
        if error.facts["code"] == "declarations":
            raise _unreadable("image", f"{error.detail}.") from error
        raise _unreadable("image", "The image cannot be read. It may be damaged or not complete.") from error
    except UnreadableCredential as error:
        raise _unreadable(_code(error), f"{error.detail}.") from error


def _text(data: bytes | str) -> str:
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        sentence = "There is no badge in this file. A badge is JSON, a PNG or SVG image, a token, or attached to a PDF."
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
    parts = 1
    pending: list[Any] = [document]
    for value in pending:  # grows while it is read
        parts += len(value)
        if parts > MAX_PARTS or (isinstance(value, list) and len(value) > MAX_LIST_ITEMS):
            raise _unreadable("too_large", "This is larger than a badge may be.")
        pending += [item for item in inside(value) if isinstance(item, HOLDING)]


def _code(error: UnreadableCredential) -> str:
    return str(error.facts["code"]).replace(".", "_")


def _unreadable(code: str, sentence: str) -> Stop:
    return Stop(failed(FORMAT, code, sentence))
