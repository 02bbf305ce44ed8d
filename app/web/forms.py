"""What a browser's form sent, once it is certain that the form was ours: same site, and the token of the session (T31).

Every route that takes a POST of a signed-in browser declares `Sent`; tests/house sees that none does without.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from app.errors import InvalidInput, NotOurForm
from app.web.deps import TheService
from app.web.signed_in import cookie_name, csrf_of

MOST_FIELDS = 2_000
MOST_FILES = 20
LONGEST_FIELD = 1_048_576
_MOST_DIGITS = 5
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class File:
    """A file that was handed in."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form. A field that is not there reads as empty, as one that was left empty does."""

    fields: dict[str, list[str]]
    files: dict[str, list[File]]

    def text(self, name: str, *, most: int = 10_000) -> str:
        """The field without blanks around it, and with plain line ends. Raises InvalidInput when it is too long."""
        value = self.fields.get(name, [""])[-1].replace("\r\n", "\n").strip()
        if len(value) > most:
            raise InvalidInput(f"This may have at most {most} characters", pointer=f"/{name}")
        if "\x00" in value:
            raise InvalidInput("This holds a character that no text has", pointer=f"/{name}")
        return value

    def optional(self, name: str, *, most: int = 10_000) -> str | None:
        """The field; None when it was left empty."""
        return self.text(name, most=most) or None

    def needed(self, name: str, sentence: str, *, most: int = 10_000) -> str:
        """The field. Raises InvalidInput with this sentence when it was left empty."""
        value = self.text(name, most=most)
        if not value:
            raise InvalidInput(sentence, pointer=f"/{name}")
        return value

    def number(self, name: str, sentence: str) -> int:
        """The field as a whole number from 0 to 99,999. Raises InvalidInput with this sentence for anything else."""
        value = self.text(name)
        if not (value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS):
            raise InvalidInput(sentence, pointer=f"/{name}")
        return int(value)

    def many(self, name: str) -> list[str]:
        """Every value of a field that may stand there several times, such as ticked boxes."""
        return [value.strip() for value in self.fields.get(name, []) if value.strip()]

    def is_ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.fields.get(name))

    def file(self, name: str) -> File | None:
        """The file of a field; None when none was chosen."""
        return next(iter(self.every_file(name)), None)

    def every_file(self, name: str) -> list[File]:
        """The files of a field that takes several; none when none was chosen."""
        return [each for each in self.files.get(name, []) if each.content]


async def sent(request: Request, service: TheService) -> Form:
    """The form, from a page of ours. Raises NotOurForm for another site's, and InvalidInput for what is no form."""
    refuse_other_sites(request, service.settings.public_base_url)
    try:
        data = await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES, max_part_size=LONGEST_FIELD)
    except (HTTPException, UnicodeDecodeError, ValueError) as error:
        raise InvalidInput("This form cannot be read") from error
    form = await _read(data)
    await data.close()
    token = request.cookies.get(cookie_name(service))
    if token and not hmac.compare_digest(csrf_of(token).encode(), form.text("csrf").encode()):
        raise NotOurForm("This form is too old, or not ours. Open the page again, and send it once more")
    return form


def refuse_other_sites(request: Request, base_url: str) -> None:
    """Raise NotOurForm unless the browser says that the request comes from a page of this service."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        raise NotOurForm("This came from a page of another site, and nothing was changed")
    origin = request.headers.get("origin")
    if origin is None and site is None:
        raise NotOurForm("The browser does not say which page this comes from, and nothing was changed")
    if origin is not None and _origin(origin) != _origin(base_url):
        raise NotOurForm(f"This service is at {base_url}; open the page there, and send it once more")


def _origin(url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", "", 0


async def _read(data: FormData) -> Form:
    fields: dict[str, list[str]] = {}
    files: dict[str, list[File]] = {}
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            files.setdefault(name, []).append(File(value.filename or "", await value.read()))
        else:
            fields.setdefault(name, []).append(value)
    return Form(fields, files)


Sent = Annotated[Form, Depends(sent)]
