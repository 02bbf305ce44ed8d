"""The short way to a rule: which activities, which score, whether somebody approves. It writes the document."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.issuing.completions import Completion
from app.stacking import rules as language
from app.stacking.rules.wording import percent
from app.web.api.fields import Id
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Designer, Staff
from app.web.staff import rules_words
from app.web.staff.rules_editor import Typed, editor
from app.web.staff.rules_page import Subject, at_rules, source_names, subject
from app.web.staff.sources_mapping import percent_of

router = APIRouter(prefix="/staff/{slug}/achievements/{achievement_id}/rules", tags=["staff"], include_in_schema=False)

SEEN_SHOWN = 30
MOST_ACTIVITIES = 100


@dataclass(frozen=True, slots=True)
class Seen:
    """An activity of which completions came, with its name as it came last."""

    activity_id: str
    name: str | None
    count: int


@router.get("/simple")
def ask_simply(achievement_id: Id, request: Request, staff: Designer, service: TheService) -> Response:
    """The form, with the activities that were seen most."""
    with service.database.read() as session:
        about = subject(session, staff, achievement_id)
        seen = _seen(session, staff.issuer_id)
    return _page(request, staff, about, seen, {"together": "any", "outcome": "completed", "approval": "none"})


@router.post("/simple")
def write_simply(achievement_id: Id, request: Request, form: Sent, staff: Designer, service: TheService) -> Response:
    """Write the document, and show it in the editor: nothing is put yet."""
    with service.database.read() as session:
        about = subject(session, staff, achievement_id)
        seen = _seen(session, staff.issuer_id)
        names = source_names(session, staff)
    try:
        text = language.to_yaml(_document(form))
        words = rules_words.sentences(language.read(text), names)
    except InvalidInput as error:
        values = {name: form.text(name) for name in ("others", "together", "outcome", "minimum", "approval", "below")}
        ticked = form.many("activity")
        return _page(request, staff, about, seen, values, ticked=ticked, refused=refusal(error))
    return editor(request, staff, about, Typed(text), words=words)


def _document(form: Form) -> dict[str, Any]:
    activities = _activities(form)
    required: list[dict[str, str]] = []
    if form.text("outcome") == "passed":
        required.append({"outcome": "passed"})
    minimum = percent_of(form, "minimum")
    if minimum is not None:
        required.append({"score_gte": percent(minimum)})
    document: dict[str, Any] = {"match": {"activities": activities}}
    if required:
        document["require"] = {"all": required} if len(required) > 1 else required[0]
    if form.text("together") == "all" and len(activities) > 1:
        document["combine"] = {"all_of": [f"a{number}" for number in range(1, len(activities) + 1)]}
    return document | _approval(form)


def _activities(form: Form) -> list[str]:
    stated = [*form.many("activity"), *(line.strip() for line in form.text("others", most=60_000).splitlines())]
    found = list(dict.fromkeys(each for each in stated if each))
    if not found:
        raise InvalidInput(_("Choose at least one activity, or write its id"), pointer="/others")
    if len(found) > MOST_ACTIVITIES:
        raise InvalidInput(_("Choose at most %(number)s activities", number=MOST_ACTIVITIES), pointer="/others")
    return found


def _approval(form: Form) -> dict[str, Any]:
    match form.text("approval"):
        case "always":
            return {"approval": "always"}
        case "below":
            below: Decimal | None = percent_of(form, "below")
            if below is None:
                raise InvalidInput(_("Say below which score somebody approves"), pointer="/below")
            return {"approval": {"when": {"score_lt": percent(below)}}}
        case _:
            return {}


def _seen(session: Session, issuer_id: str) -> list[Seen]:
    count = func.count().label("count")
    query = (
        select(Completion.activity_id, func.max(Completion.activity_name), count)
        .where(Completion.issuer_id == issuer_id, Completion.activity_id != "")
        .group_by(Completion.activity_id)
        .order_by(count.desc(), Completion.activity_id)
        .limit(SEEN_SHOWN)
    )
    return [Seen(*row) for row in session.execute(query)]


def _page(
    request: Request,
    staff: Staff,
    about: Subject,
    seen: list[Seen],
    values: dict[str, str],
    *,
    ticked: list[str] | None = None,
    refused: Refusal | None = None,
) -> Response:
    values = {"others": "", "minimum": "", "below": ""} | values
    return at_rules(
        request,
        "simple.html",
        staff,
        about,
        tab="simple",
        refused=refused,
        seen=seen,
        values=values,
        ticked=ticked or [],
    )
