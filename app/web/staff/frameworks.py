"""Frameworks of skills that others keep: taken in from files, searched, and own skills aligned with their entries."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import InvalidInput, ServiceError
from app.issuing import definitions, foresight, frameworks
from app.issuing.definitions import Kind
from app.issuing.frameworks import MOST_SHOWN, File, Outcome
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Designer, Reader, Staff
from app.web.staff.achievements.fields import slug_of
from app.web.staff.listing import asked, with_query

router = APIRouter(prefix="/staff/{slug}/frameworks", tags=["staff"], include_in_schema=False)

LONGEST_NAME = 80
MOST_PAGES = 1_000


@router.get("")
def list_frameworks(staff: Reader, request: Request, service: TheService) -> Response:
    """The issuer's frameworks, with how many entries each has."""
    with service.database.read() as session:
        found = definitions.all_of(session, staff.issuer_id, Kind.FRAMEWORK)
        counts = frameworks.counts(session, staff.issuer_id)
    rows = [(each, counts.get(each.id, 0)) for each in found]
    return at_work(request, "staff/frameworks/list.html", staff, rows=rows)


@router.get("/imports")
def ask_for_files(staff: Designer, request: Request, framework: str = "") -> Response:
    """The form."""
    return _asked(request, staff, name=framework[:LONGEST_NAME])


@router.post("/imports")
def take_files(staff: Designer, request: Request, form: Sent, service: TheService) -> Response:
    """Say what would come of the files, or take them in: whole, or not at all."""
    name = form.text("framework", most=LONGEST_NAME).lower()
    try:
        read = frameworks.read(_files(form))
        if read.mistakes:
            sentence = _("These files cannot be taken in as they are. Nothing was changed.")
            refused = Refusal(sentence, "files", HTTPStatus.UNPROCESSABLE_ENTITY)
            return _asked(request, staff, name=name, refused=refused, mistakes=read.mistakes)
        is_check = form.text("act") != "take"
        outcome = _taken(staff, service, name or slug_of(read.name), read, is_check=is_check)
    except ServiceError as error:
        return _asked(request, staff, name=name, refused=refusal(error))
    if is_check:
        return _asked(request, staff, name=name or slug_of(read.name), foreseen=outcome)
    sentence = _("Taken in: %(added)s added, %(changed)s changed, %(unchanged)s as before.", **_numbers(outcome))
    return go(f"{staff.root}/frameworks/{name or slug_of(read.name)}", sentence)


@router.get("/{framework}")
def show_framework(staff: Reader, request: Request, framework: str, service: TheService, page: str = "") -> Response:
    """The entries of one framework, by name, or those that are looked for."""
    values = asked(request, ("q", "below"))
    number = int(page) if page.isdecimal() and len(page) <= len(str(MOST_PAGES)) else 0
    with service.database.read() as session:
        found = frameworks.named(session, staff.issuer(session), framework)
        rows = frameworks.find(session, found, values["q"], below=values["below"], skip=number * MOST_SHOWN)
        above = frameworks.of_identifiers(session, found.id, [values["below"]] if values["below"] else [])
    path = f"{staff.root}/frameworks/{framework}"
    return at_work(
        request,
        "staff/frameworks/one.html",
        staff,
        found=found,
        path=path,
        rows=rows[:MOST_SHOWN],
        above=above,
        filter=values,
        is_narrow=any(values.values()),
        next_page=with_query(request, page=str(number + 1)) if len(rows) > MOST_SHOWN else None,
        first_page=with_query(request, page=None) if number else None,
    )


@router.get("/{framework}/{item_id}")
def show_entry(staff: Reader, request: Request, framework: str, item_id: str, service: TheService) -> Response:
    """One entry: what it says, what is above and below it, and which own skills are aligned with it."""
    return _entry(request, staff, service, framework, item_id)


@router.post("/{framework}/{item_id}")
def align(
    *, staff: Designer, request: Request, framework: str, item_id: str, form: Sent, service: TheService
) -> Response:
    """Make an own skill of the entry, or align one that is there."""
    new, chosen = form.text("new", most=LONGEST_NAME).lower(), form.text("skill", most=LONGEST_NAME)
    is_new = form.text("act") == "adopt"
    try:
        with service.database.write() as session:
            issuer = staff.issuer(session)
            entry = frameworks.by_id(session, issuer, item_id)
            if is_new:
                slug = frameworks.adopt(session, issuer, entry, new or slug_of(entry.name), actor=staff.actor).slug
            elif not chosen:
                raise InvalidInput(_("Choose a skill"), pointer="/skill")
            else:
                frameworks.align(session, issuer, entry, slug := chosen, actor=staff.actor)
    except ServiceError as error:
        refused = refusal(error)
        if is_new and isinstance(error, InvalidInput):
            refused = Refusal(refused.sentence, "new", refused.status)
        return _entry(request, staff, service, framework, item_id, refused=refused, new=new)
    return go(f"{staff.root}/definitions/skill/{slug}/edit", _("Aligned. Look it over, and save what you change."))


def _files(form: Form) -> list[File]:
    chosen = form.every_file("files")
    if not chosen:
        raise InvalidInput(_("Choose one file or several"), pointer="/files")
    return [File(each.name or _("the file"), each.content) for each in chosen]


def _taken(staff: Staff, service: Service, name: str, read: frameworks.Read, *, is_check: bool) -> Outcome:
    with service.database.write() as session:
        issuer = staff.issuer(session)

        def take() -> Outcome:
            return frameworks.take(session, issuer, name, read, actor=staff.actor)

        return foresight.undone(session, take) if is_check else take()


def _numbers(outcome: Outcome) -> dict[str, int]:
    return {name: getattr(outcome, name) for name in ("added", "changed", "unchanged")}


def _asked(
    request: Request,
    staff: Staff,
    *,
    name: str,
    refused: Refusal | None = None,
    mistakes: object = (),
    foreseen: Outcome | None = None,
) -> Response:
    template = "staff/frameworks/import.html"
    return at_work(request, template, staff, refused=refused, name=name, mistakes=mistakes, foreseen=foreseen)


def _entry(
    request: Request,
    staff: Staff,
    service: Service,
    framework: str,
    item_id: str,
    *,
    refused: Refusal | None = None,
    new: str = "",
) -> Response:
    with service.database.read() as session:
        issuer = staff.issuer(session)
        found = frameworks.named(session, issuer, framework)
        entry = frameworks.by_id(session, issuer, item_id)
        above = frameworks.of_identifiers(session, found.id, entry.broader)
        below = frameworks.find(session, found, below=entry.identifier)
        skills = definitions.all_of(session, staff.issuer_id, Kind.SKILL)
    aligned = [each for each in skills if any(_is_same(one, entry.facts) for one in each.facts.get("alignments", []))]
    others = sorted((each.facts["name"], each.slug) for each in skills if each not in aligned)
    return at_work(
        request,
        "staff/frameworks/entry.html",
        staff,
        refused=refused,
        found=found,
        path=f"{staff.root}/frameworks/{framework}",
        entry=entry,
        above=above,
        below=below[:MOST_SHOWN],
        has_more_below=len(below) > MOST_SHOWN,
        aligned=aligned,
        skills=[("", _("Choose one")), *((slug, name) for name, slug in others)],
        new=new or slug_of(entry.name)[:LONGEST_NAME],
    )


def _is_same(aligned: dict[str, str], facts: dict[str, str]) -> bool:
    return (aligned["url"], aligned.get("code")) == (facts["url"], facts.get("code"))
