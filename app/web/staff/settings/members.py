"""Members: who works here and as what; invitations; another role; let somebody go. The last owner stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound
from app.issuing.accounts import Role, invitations, members
from app.issuing.accounts.members import MemberLine
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, ask_first, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Owner, Reader, Staff
from app.web.staff.settings import words
from app.web.staff.settings.frame import settings_page

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that waits. `email` None = it was handed over by hand."""

    id: str
    email: str | None
    role: str
    ends_at: datetime


@router.get("/members")
def list_members(request: Request, staff: Reader, service: TheService) -> Response:
    """Who works here. Addresses are shown to owners and auditors."""
    return _page(request, service, staff)


@router.post("/members")
def invite(request: Request, form: Sent, staff: Owner, service: TheService) -> Response:
    """Invite somebody by mail. Another owner is invited only by somebody who has just shown who they are."""
    try:
        role = _role(form)
        if role is Role.OWNER and (unsure := ask_first(staff.visitor, f"{staff.root}/settings/members")) is not None:
            return unsure
        with service.database.write() as session:
            issuer = staff.issuer(session)
            email = form.text("email", most=320)
            invitations.invite(
                session, service.office, issuer, email, role, invited_by=staff.name or issuer.name, actor=staff.actor
            )
    except InvalidInput as error:
        given = {"email": form.text("email"), "role": form.text("role")}
        return _page(request, service, staff, refused=refusal(error), given=given)
    return go(f"{staff.root}/settings/members", _("The invitation is on its way to %(email)s.", email=email))


@router.post("/members/invitations/{invitation_id}/withdraw")
def withdraw(invitation_id: str, form: Sent, staff: Owner, service: TheService) -> Response:
    """Take an invitation back; its link works no more."""
    del form
    with service.database.write() as session:
        invitations.withdraw(session, staff.issuer(session), invitation_id, actor=staff.actor)
    return go(f"{staff.root}/settings/members", _("The invitation is withdrawn."))


@router.get("/members/{account_id}")
def look(request: Request, account_id: str, staff: Owner, service: TheService) -> Response:
    """One member: another role, or let them go."""
    with service.database.read() as session:
        return _member_page(request, staff, _line(session, staff, account_id))


@router.post("/members/{account_id}/role")
def change_role(request: Request, account_id: str, form: Sent, staff: Owner, service: TheService) -> Response:
    """Give a member another role; they sign in anew."""
    here = f"{staff.root}/settings/members/{account_id}"
    with service.database.read() as session:
        line = _line(session, staff, account_id)
    try:
        role = _role(form)
        if Role.OWNER in {role, line.member.role} and (unsure := ask_first(staff.visitor, here)) is not None:
            return unsure
        with service.database.write() as session:
            members.change_role(session, staff.issuer(session), account_id, role, actor=staff.actor)
    except InvalidInput as error:
        return _member_page(request, staff, line, refused=refusal(error))
    return go(f"{staff.root}/settings/members", _("The role is changed. They have to sign in anew."))


@router.post("/members/{account_id}/remove")
def remove(request: Request, account_id: str, form: Sent, staff: Owner, service: TheService) -> Response:
    """Let a member go; they are signed out at once."""
    del form
    with service.database.read() as session:
        line = _line(session, staff, account_id)
    if line.member.role == Role.OWNER:
        unsure = ask_first(staff.visitor, f"{staff.root}/settings/members/{account_id}")
        if unsure is not None:
            return unsure
    try:
        with service.database.write() as session:
            members.remove(session, staff.issuer(session), account_id, actor=staff.actor)
    except InvalidInput as error:
        return _member_page(request, staff, line, refused=refusal(error))
    return go(f"{staff.root}/settings/members", _("%(name)s is a member no more.", name=line.name or line.email or ""))


def _role(form: Form) -> Role:
    try:
        return Role(form.text("role"))
    except ValueError as error:
        raise InvalidInput("Choose a role", pointer="/role") from error


def _line(session: Session, staff: Staff, account_id: str) -> MemberLine:
    found = members.of_issuer(session, staff.issuer(session))
    line = next((each for each in found if each.member.account_id == account_id), None)
    if line is None:
        raise NotFound("There is no such member")
    return line


def _page(
    request: Request,
    service: Service,
    staff: Staff,
    *,
    refused: Refusal | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    with service.database.read() as session:
        issuer = staff.issuer(session)
        found = members.of_issuer(session, issuer)
        waiting = [
            Invited(each.id, invitations.email_of(service.office, each), each.role, each.expires_at)
            for each in invitations.pending(session, issuer)
        ]
    return settings_page(
        request,
        "members.html",
        staff,
        "members",
        refused=refused,
        found=found,
        waiting=waiting if staff.may("manage") else [],
        shows_addresses=staff.may("manage") or staff.may("audit"),
        roles=words.role_options(),
        role_words=words.role_names(),
        given=given or {"email": "", "role": Role.AWARDER.value},
    )


def _member_page(request: Request, staff: Staff, line: MemberLine, *, refused: Refusal | None = None) -> Response:
    is_me = line.member.account_id == staff.visitor.account_id
    return settings_page(
        request,
        "member.html",
        staff,
        "members",
        refused=refused,
        line=line,
        is_me=is_me,
        roles=words.role_options(),
        role_words=words.role_names(),
    )
