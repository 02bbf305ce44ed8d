"""Writing a rule: the document as text, checked line by line, explained in words, and put as the next version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import ServiceError
from app.issuing.rules import versions
from app.service import Service
from app.stacking import rules as language
from app.stacking.rules import RuleDocument
from app.web.api.achievements import of_issuer
from app.web.api.fields import Id
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.signed_in import Designer, Staff
from app.web.staff import rules_words
from app.web.staff.rules_examples import EXAMPLES
from app.web.staff.rules_page import Subject, at_rules, source_names, subject
from app.web.staff.sources_times import moment_of

router = APIRouter(prefix="/staff/{slug}/achievements/{achievement_id}/rules", tags=["staff"], include_in_schema=False)

LONGEST = 65_536


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the text, with what is wrong in it."""

    number: int
    text: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the editor."""

    document: str = ""
    begins: str = ""
    ends: str = ""


@router.get("/new")
def write_rule(
    *, achievement_id: Id, request: Request, staff: Designer, service: TheService, example: str = "", version: str = ""
) -> Response:
    """The editor: with an example, an earlier version, the newest one, or nothing."""
    with service.database.read() as session:
        about = subject(session, staff, achievement_id)
        chosen = about.newest
        if version.isdecimal() and len(version) < 10:  # noqa: PLR2004 - as many digits as a number of ours has
            chosen = versions.by_number(session, about.achievement, int(version))
    text = "" if chosen is None else language.to_yaml(chosen.document)
    if example in EXAMPLES:
        text = EXAMPLES[example].text
    return editor(request, staff, about, Typed(text))


@router.post("")
def take_rule(achievement_id: Id, request: Request, form: Sent, staff: Designer, service: TheService) -> Response:
    """Check the text, or put it as the next version (`do=put`). What was typed stays."""
    typed = Typed(form.text("document", most=LONGEST + 1), form.text("begins", most=40), form.text("ends", most=40))
    with service.database.read() as session:
        about = subject(session, staff, achievement_id)
        names = source_names(session, staff)
    try:
        if form.text("do") == "put":
            return _put(service, staff, about, form, typed)
        document = language.read(typed.document)
        words = rules_words.sentences(document, names)
    except ServiceError as error:
        return editor(request, staff, about, typed, refused=refusal_of_document(error), problems=problems_of(error))
    return editor(request, staff, about, typed, words=words)


def editor(
    request: Request,
    staff: Staff,
    about: Subject,
    typed: Typed,
    *,
    refused: Refusal | None = None,
    problems: list[dict[str, Any]] | None = None,
    words: list[str] | None = None,
) -> Response:
    """The editor's page. `problems` are those of the language, each with its line; `words` say what the text means."""
    return at_rules(
        request,
        "editor.html",
        staff,
        about,
        tab="new",
        refused=refused,
        typed=typed,
        lines=_lines(typed.document, problems) if problems else [],
        problems=problems or [],
        words=words,
        examples=EXAMPLES,
    )


def _put(service: Service, staff: Staff, about: Subject, form: Form, typed: Typed) -> Response:
    begins, ends = (moment_of(form.text(name, most=40), staff.timezone, name) for name in ("begins", "ends"))
    with service.database.write() as session:
        achievement = of_issuer(session, staff.issuer(session), about.achievement.id)
        version = versions.put(
            session, achievement, typed.document, actor=staff.actor, effective_from=begins, effective_until=ends
        )
        document: RuleDocument = versions.document_of(session, version.id)
        resting = len(versions.mappings_of(session, achievement))
        strangers = len(versions.sources_not_allowed(session, achievement, document))
        number = version.number
    said = [_("Version %(number)s was put.", number=number)]
    if resting:
        said.append(
            ngettext(
                "%(num)s mapping of this achievement rests: a document decides alone.",
                "%(num)s mappings of this achievement rest: a document decides alone.",
                resting,
            )
        )
    if strangers:
        said.append(_("Not every source that it names may cause the achievement yet."))
    return go(f"{staff.root}/achievements/{about.achievement.id}/rules", " ".join(said))


def problems_of(error: ServiceError) -> list[dict[str, Any]]:
    """What is wrong with a document: for each place a sentence, and its line where it was written as text."""
    found = error.facts.get("problems", [])
    return [each for each in found if isinstance(each, dict) and "sentence" in each]


def refusal_of_document(error: ServiceError) -> Refusal:
    """The refusal, about the text, unless it is about one of the moments."""
    told = refusal(error)
    return told if told.field in {"begins", "ends"} else Refusal(told.sentence, "document", told.status)


def _lines(text: str, problems: list[dict[str, Any]]) -> list[Line]:
    by_line: dict[int, list[str]] = {}
    for each in problems:
        by_line.setdefault(int(each.get("line", 1)), []).append(str(each["sentence"]))
    return [
        Line(number, line, tuple(by_line.get(number, ()))) for number, line in enumerate(text.splitlines() or [""], 1)
    ]
