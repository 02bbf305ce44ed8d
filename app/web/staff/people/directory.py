"""A directory: who is behind the ids of a system. Looked at line by line, then taken."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import InvalidInput, ServiceError, TooLarge
from app.issuing import directory, foresight, issuers
from app.issuing.directory import Entry, Result, Verdict
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import at_work, go, refusal
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.signed_in import PeopleKeeper, Staff

router = APIRouter(prefix="/staff/{slug}/people/directory", tags=["staff"], include_in_schema=False)

PAGE = "staff/people/directory.html"
MOST_LINES = 2_000  # of one form; the command line takes whole directories
MOST_SHOWN = 200
LONGEST_TEXT = 1_000_000
WORDS = {
    Verdict.ADDED: marked("new here"),
    Verdict.IDENTIFIED: marked("known now, and what waited for them is decided"),
    Verdict.CHANGED: marked("changed"),
    Verdict.UNCHANGED: marked("known already"),
    Verdict.REFUSED: marked("refused"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """What would come of a directory, and its text, so that it need not be chosen a second time."""

    text: str
    namespace: str
    lines: int
    counts: list[tuple[str, int]]
    refused: list[Result]


@router.get("")
def ask_for_directory(request: Request, staff: PeopleKeeper) -> Response:
    """The form."""
    return at_work(request, PAGE, staff, check=None, namespace="", text="")


@router.post("")
def take_directory(request: Request, form: Sent, staff: PeopleKeeper, service: TheService) -> Response:
    """Say what would come of each line; then take them."""
    namespace, text = form.text("namespace", most=255), form.text("text", most=LONGEST_TEXT)
    try:
        text = _text(form)
        entries = directory.read(text.encode(), namespace=namespace or None)
        if not entries:
            raise InvalidInput(_("There are no lines below the headings"), pointer="/text")
        if len(entries) > MOST_LINES:
            sentence = _("More than %(most)s lines: split the file, or use `lanyard people import`", most=MOST_LINES)
            raise TooLarge(sentence, limit_items=MOST_LINES)
        is_check = form.text("act") == "check"
        results = _results(staff, service, entries, is_check=is_check)
    except ServiceError as error:
        refused_for = refusal(error)
        return at_work(request, PAGE, staff, refused=refused_for, check=None, namespace=namespace, text=text)
    counts = [(_(WORDS[Verdict(name)]), count) for name, count in directory.counted(results).items()]
    if not is_check:
        return go(f"{staff.root}/people", ", ".join(f"{count} {word}" for word, count in counts) + ".")
    refused = [result for result in results if result.verdict is Verdict.REFUSED][:MOST_SHOWN]
    found = Check(text, namespace, len(entries), counts, refused)
    return at_work(request, PAGE, staff, check=found, namespace=namespace, text=text)


def _text(form: Form) -> str:
    """What was pasted or chosen. Raises InvalidInput for neither, and for a file that is no text."""
    file = form.file("file")
    if file is None:
        text = form.text("text", most=LONGEST_TEXT)
        if not text:
            raise InvalidInput(_("Paste lines, or choose a file"), pointer="/text")
        return text
    encoding = "utf-16" if file.content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return file.content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InvalidInput(_("The file is not UTF-8; save it as “CSV UTF-8”"), pointer="/file") from error


def _results(staff: Staff, service: Service, entries: list[Entry], *, is_check: bool) -> list[Result]:
    with service.database.write() as session:
        issuer = staff.issuer(session)
        issuers.take_turn(session, issuer.id)

        def take() -> list[Result]:
            return [directory.take(session, service.office, issuer, entry, actor=staff.actor) for entry in entries]

        return foresight.undone(session, take) if is_check else take()
