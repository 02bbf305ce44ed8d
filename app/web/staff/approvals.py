"""What rules want to do and a person must agree to: the facts, why it waits, and a decision on one or on many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import achievement_search, achievements, actors, approvals, approving, explaining, issuers
from app.issuing import people_search as people
from app.issuing.approvals import Approval, ApprovalKind, ApprovalState
from app.issuing.completions import Completion
from app.issuing.explaining import Explanation
from app.issuing.learners import Learner
from app.issuing.rules.versions import RuleVersion
from app.service import Service
from app.web.api.pages_of_rows import PageQuery, page_of
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.languages import marked, ngettext
from app.web.signed_in import Reader, Reviewer, Staff
from app.web.staff import who
from app.web.staff.listing import with_query
from app.web.staff.local import Local
from app.web.told import told

router = APIRouter(prefix="/staff/{slug}/awards/approvals", tags=["staff"], include_in_schema=False)

PAGE_ROWS = 50
MOST_AT_ONCE = 200
LONGEST_REASON = 500
STATES = {
    ApprovalState.PENDING: marked("Waiting"),
    ApprovalState.APPROVED: marked("Approved"),
    ApprovalState.REJECTED: marked("Refused"),
    ApprovalState.WITHDRAWN: marked("No longer asked"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One request with what it rests on."""

    approval: Approval
    person: people.PersonLine
    achievement: str
    facts: list[Completion]
    decided_by: str

    @property
    def takes_away(self) -> bool:
        """Whether it asks to take an award back."""
        return self.approval.kind == ApprovalKind.REVOCATION

    @property
    def name(self) -> str:
        """What people call the person."""
        return self.person.learner.display_name or next(iter(self.person.emails), "") or _("No name")


@router.get("")
def list_approvals(
    request: Request, staff: Reader, service: TheService, state: str = ApprovalState.PENDING, cursor: str = ""
) -> Response:
    """Requests, newest first; left to itself, those that wait."""
    return _list(
        request, staff, service, state=state, cursor=cursor, is_ticked=request.query_params.get("tick") == "page"
    )


@router.post("")
def decide_many(request: Request, form: Sent, staff: Reviewer, service: TheService) -> Response:
    """One decision on those that are ticked. One that cannot be decided says so, and holds up no other."""
    ids = list(dict.fromkeys(form.many("approval")))[:MOST_AT_ONCE]
    try:
        agrees, reason = _decision(form, ids)
        with service.database.write() as session:
            issuer = staff.issuer(session)
            issuers.take_turn(session, issuer.id)
            found = [approvals.by_id(session, each, issuer=issuer) for each in ids]
            facts = {"reason": reason, "actor": staff.actor}
            problems = [approving.decide(session, service.office, each, agrees=agrees, **facts) for each in found]
    except InvalidInput as error:
        return _list(request, staff, service, ticked=ids, reason=form.text("reason"), refused=refusal(error))
    return go(f"{staff.root}/awards/approvals", _said(agrees=agrees, problems=problems))


@router.get("/{approval_id}")
def show_approval(request: Request, staff: Reader, service: TheService, approval_id: str) -> Response:
    """One request: what it rests on, and the rule's clauses one by one."""
    return _one(request, staff, service, approval_id)


@router.post("/{approval_id}")
def decide_one(request: Request, form: Sent, staff: Reviewer, service: TheService, approval_id: str) -> Response:
    """Agree, and it is done; or refuse, for good."""
    try:
        agrees, reason = _decision(form, [approval_id])
        with service.database.write() as session:
            approval = approvals.by_id(session, approval_id, issuer=staff.issuer(session))
            if agrees:
                approving.approve(session, service.office, approval, actor=staff.actor, reason=reason or None)
            else:
                approving.reject(session, service.office, approval, actor=staff.actor, reason=reason)
    except NotFound:
        raise
    except ServiceError as error:
        return _one(request, staff, service, approval_id, reason=form.text("reason"), refused=refusal(error))
    return go(f"{staff.root}/awards/approvals", _said(agrees=agrees, problems=[None]))


def _decision(form: Form, ids: list[str]) -> tuple[bool, str]:
    """Whether they agree, and why. Raises InvalidInput for no request, and for a refusal without a reason."""
    if not ids:
        raise InvalidInput(_("Tick at least one first"), pointer="/approval")
    agrees, reason = form.text("decision") == "approve", form.text("reason")
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(_("A reason has at most %(most)s characters", most=LONGEST_REASON), pointer="/reason")
    if not agrees and not reason:
        raise InvalidInput(_("Say why you refuse; colleagues read it"), pointer="/reason")
    return agrees, reason


def _said(*, agrees: bool, problems: list[ServiceError | None]) -> str:
    done = sum(problem is None for problem in problems)
    if agrees:
        said = ngettext("%(num)s request was approved.", "%(num)s requests were approved.", done)
    else:
        said = ngettext("%(num)s request was refused.", "%(num)s requests were refused.", done)
    if left := len(problems) - done:
        said += " " + ngettext("%(num)s could not be decided:", "%(num)s could not be decided:", left)
        said += " " + "; ".join(sorted({told(problem.detail) for problem in problems if problem is not None})) + "."
    return said


def _list(
    request: Request,
    staff: Staff,
    service: Service,
    *,
    state: str = ApprovalState.PENDING,
    cursor: str = "",
    ticked: list[str] | None = None,
    is_ticked: bool = False,
    reason: str = "",
    refused: Refusal | None = None,
) -> Response:
    chosen = ApprovalState(state) if state in set(ApprovalState) else ApprovalState.PENDING
    query = select(Approval).where(Approval.issuer_id == staff.issuer_id, Approval.state == chosen)
    page = PageQuery(limit=PAGE_ROWS, cursor=cursor[:500] or None)
    with service.database.read() as session:
        found = page_of(session, query, (Approval.created_at, Approval.id), page)
        rows = _rows(session, staff, list(found.rows))
    return at_work(
        request,
        "staff/awards/approvals.html",
        staff,
        refused=refused,
        rows=rows,
        state=chosen,
        states=[(key.value, _(word)) for key, word in STATES.items()],
        ticked={row.approval.id for row in rows} if is_ticked else set(ticked or ()),
        reason=reason,
        most=LONGEST_REASON,
        local=Local(staff.timezone),
        next_page=with_query(request, cursor=found.cursor) if found.cursor else None,
        first_page=with_query(request, cursor=None) if cursor else None,
    )


def _one(
    request: Request,
    staff: Staff,
    service: Service,
    approval_id: str,
    *,
    reason: str = "",
    refused: Refusal | None = None,
) -> Response:
    with service.database.read() as session:
        approval = approvals.by_id(session, approval_id, issuer=staff.issuer(session))
        (row,) = _rows(session, staff, [approval])
        rule = session.get(RuleVersion, approval.rule_version_id) if approval.rule_version_id else None
        explained = _explained(session, approval)
    return at_work(
        request,
        "staff/awards/approval.html",
        staff,
        refused=refused,
        row=row,
        rule=rule,
        explanations=explained,
        word=_(STATES[ApprovalState(approval.state)]),
        reason=reason,
        most=LONGEST_REASON,
        local=Local(staff.timezone),
    )


def _explained(session: Session, approval: Approval) -> list[Explanation]:
    achievement = achievements.by_id(session, approval.achievement_id)
    found = explaining.of_learner(session, approval.learner_id, achievement)
    return [each for each in found if each.version_id == approval.rule_version_id]


def _rows(session: Session, staff: Staff, found: list[Approval]) -> list[Row]:
    who_they_are = session.scalars(select(Learner).where(Learner.id.in_({each.learner_id for each in found}))).all()
    persons = {line.learner.id: line for line in people.lines(session, who_they_are)}
    names = {choice.id: choice.words for choice in achievement_search.choices(session, staff.issuer_id)}
    ids: set[Any] = {each for approval in found for each in approval.request.get("completions", [])}
    query = select(Completion).where(Completion.id.in_(ids)).order_by(Completion.occurred_at, Completion.id)
    facts = {each.id: each for each in session.scalars(query)}
    known = actors.named(session, {each.decided_by for each in found})
    return [
        Row(
            approval=each,
            person=persons[each.learner_id],
            achievement=names.get(each.achievement_id, _("A draft")),
            facts=[facts[key] for key in facts if key in each.request.get("completions", [])],
            decided_by=who.words(known.get(each.decided_by or "")) if each.decided_by else "",
        )
        for each in found
    ]
