"""What somebody hands in to be verified: a file, pasted text, a JSON body or the address of a badge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from app.credentials import strict_json
from app.errors import InvalidInput, TooLarge

_MOST_FIELDS = 10
_MOST_BYTES_OF_FIELDS = 1_048_576  # a file comes as multipart, and may be larger
_MOST_CHARACTERS_OF_AN_ADDRESS = 2_000
_MEMBERS = ("credential", "address", "recipient")


@dataclass(frozen=True, slots=True)
class Submission:
    """Either a document or an address, or neither; `recipient` is the person to compare with, as typed."""

    document: bytes | None = None
    address: str | None = None
    recipient: str | None = None


async def read(request: Request) -> Submission:
    """The body of a request to verify, by its Content-Type. Raises MalformedJson, InvalidInput, TooLarge."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "multipart/form-data":
        async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
            return await _from_form(form)
    body = await request.body()
    if media_type == "application/x-www-form-urlencoded":
        return await _from_form(_fields(body))
    return _from_json(body) if media_type == "application/json" else Submission(document=body or None)


TheSubmission = Annotated[Submission, Depends(read)]


def of_text(text: str, recipient: str | None = None) -> Submission:
    """Text as somebody pastes it: an address when it is one, else a document."""
    stripped = text.strip()
    if not stripped:
        return Submission(recipient=recipient)
    is_address = stripped.startswith(("https://", "http://")) and len(stripped.split()) == 1
    if is_address and len(stripped) <= _MOST_CHARACTERS_OF_AN_ADDRESS:
        return Submission(address=stripped, recipient=recipient)
    return Submission(document=text.encode(errors="replace"), recipient=recipient)


def _fields(body: bytes) -> FormData:
    """The fields of a form without files. The framework's reader needs seconds for five megabytes of `&` (T44)."""
    if len(body) > _MOST_BYTES_OF_FIELDS:
        raise TooLarge("The form is larger than is accepted; hand in a file", limit_bytes=_MOST_BYTES_OF_FIELDS)
    try:
        text = body.decode(errors="replace")
        return FormData(dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)))
    except ValueError as error:
        raise InvalidInput(f"A form has at most {_MOST_FIELDS} fields", limit_items=_MOST_FIELDS) from error


async def _from_form(form: FormData) -> Submission:
    recipient = _field(form, "recipient").strip() or None
    file = form.get("file")
    content = await file.read() if isinstance(file, UploadFile) else b""
    if content:
        return Submission(document=content, recipient=recipient)
    return of_text(_field(form, "badge"), recipient)


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _from_json(body: bytes) -> Submission:
    value = strict_json.loads(body)
    if not isinstance(value, dict):
        raise InvalidInput('The body must be a badge, or an object like {"credential": …}', pointer="")
    if "@context" in value:
        return Submission(document=body)
    if unknown := sorted(set(value) - set(_MEMBERS)):
        raise InvalidInput(f"There is no member {unknown[0][:80]} here", pointer=f"/{unknown[0][:80]}")
    for name in ("address", "recipient"):
        if not isinstance(value.get(name, ""), str):
            raise InvalidInput(f"{name} must be text", pointer=f"/{name}")
    recipient = value.get("recipient", "").strip() or None
    match value.get("credential"):
        case None:
            return Submission(address=value.get("address", "").strip() or None, recipient=recipient)
        case str(text):
            return of_text(text, recipient)
        case dict(credential):
            return Submission(document=strict_json.dumps(credential), recipient=recipient)
        case _:
            raise InvalidInput("credential must be an object or text", pointer="/credential")
