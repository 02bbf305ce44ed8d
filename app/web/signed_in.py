"""Who sits at the browser: a cookie, the session behind it, and what that may do here.

A route declares whom it is for (`Person`, `Visitor`, `member(Capability…)`); nothing is decided by an address (T29).
The cookie is `__Host-` under https, unreadable for scripts, and not sent along from other sites (T31).
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import clock
from app.days import day_in
from app.errors import Busy, NotAllowed, NotFound, NotSignedIn
from app.issuing import issuers
from app.issuing.accounts import Capability, Role, SignedIn, Strength, members, people, second_factors, sessions
from app.issuing.issuers import Issuer
from app.service import Service
from app.web.deps import TheService

NOTHING_HERE = "There is nothing at this address"
SECOND_STEP = "Enter the code of your authenticator, or use your passkey"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody signed in. `csrf` is what every form of theirs carries; `actor` is how the audit log names them."""

    account_id: str
    session: SignedIn
    csrf: str

    @property
    def actor(self) -> str:
        """As the audit log has it."""
        return f"account:{self.account_id}"

    @property
    def is_sure(self) -> bool:
        """Whether they proved who they are a moment ago, as dangerous acts ask."""
        return self.session.is_sure(clock.now())


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of an issuer at work: who it is, for whom, and as what."""

    visitor: Visitor
    issuer_id: str
    slug: str
    issuer_name: str
    timezone: str
    role: Role
    name: str

    @property
    def actor(self) -> str:
        """As the audit log has it."""
        return self.visitor.actor

    @property
    def today(self) -> date:
        """The day that it is in the issuer's time zone."""
        return day_in(clock.now(), self.zone)

    @property
    def zone(self) -> ZoneInfo:
        """The issuer's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def root(self) -> str:
        """The path below which all pages of this issuer's staff are."""
        return f"/staff/{self.slug}"

    def may(self, capability: str) -> bool:
        """Whether the role has it; for templates, that show only what works."""
        return members.may(self.role, Capability(capability))

    def issuer(self, session: Session) -> Issuer:
        """The issuer, in this transaction."""
        return issuers.by_id(session, self.issuer_id)


def cookie_name(service: Service) -> str:
    """The name of the cookie; with the prefix, no other host can set it, which needs https."""
    return "__Host-lanyard" if service.settings.public_base_url.startswith("https://") else "lanyard"


def sign_in(response: Response, service: Service, token: str, strength: Strength) -> None:
    """Give the browser the cookie of a new session."""
    response.set_cookie(
        cookie_name(service),
        token,
        max_age=int(sessions.LONGEST[strength].total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=service.settings.public_base_url.startswith("https://"),
    )


def sign_out(response: Response, service: Service) -> None:
    """Take the cookie away."""
    is_https = service.settings.public_base_url.startswith("https://")
    response.delete_cookie(cookie_name(service), path="/", httponly=True, samesite="lax", secure=is_https)


def visitor_or_none(request: Request, service: TheService) -> Visitor | None:
    """Whoever is signed in, however; None = nobody."""
    token = request.cookies.get(cookie_name(service))
    if not token:
        return None
    with service.database.read() as session:
        found = sessions.find(session, token)
    if found is None:
        return None
    if clock.now() - found.seen_at > sessions.NOTED_AGAIN_AFTER:
        # A busy database must not turn readers away because of a note.
        with suppress(Busy), service.database.write() as session:
            sessions.note_use(session, found.session_id)
    return Visitor(found.account_id, found, csrf_of(token))


def visitor(request: Request, found: Annotated[Visitor | None, Depends(visitor_or_none)]) -> Visitor:
    """Whoever is signed in. Raises NotSignedIn, which leads a browser to the page where one does."""
    if found is None:
        raise NotSignedIn("Sign in to see this", sign_in=f"/sign-in?next={here(request)}")
    return found


def colleague(
    request: Request, service: TheService, found: Annotated[Visitor | None, Depends(visitor_or_none)]
) -> Visitor:
    """Whoever signed in as staff do, at their own account; a second factor that is there was shown.

    Without one they get in, to set one up. Raises NotSignedIn.
    """
    if found is None or found.session.strength < Strength.PASSWORD:
        raise NotSignedIn("Sign in as staff to see this", sign_in=f"/staff/sign-in?next={here(request)}")
    with service.database.read() as session:
        has_one = second_factors.has_one(session, people.by_id(session, found.account_id))
    if has_one and found.session.strength < Strength.TWO_FACTORS:
        raise NotSignedIn(SECOND_STEP, sign_in=f"/staff/sign-in/code?next={here(request)}")
    return found


@dataclass(frozen=True, slots=True)
class RequiresMember:
    """Lets members through whose role has a capability. Others learn nothing, not even that the issuer is here."""

    capability: Capability

    def __call__(
        self,
        request: Request,
        service: TheService,
        slug: str,
        found: Annotated[Visitor | None, Depends(visitor_or_none)],
    ) -> Staff:
        """The member. Raises NotSignedIn, NotFound for another issuer's, and NotAllowed."""
        if found is None or found.session.strength < Strength.PASSWORD:
            raise NotSignedIn("Sign in as staff to see this", sign_in=f"/staff/sign-in?next={here(request)}")
        with service.database.read() as session:
            issuer = issuers.by_slug(session, slug)
            role = members.role_of(session, issuer.id, found.account_id)
            account = people.by_id(session, found.account_id)
            has_second_factor = second_factors.has_one(session, account)
        if role is None:
            raise NotFound(NOTHING_HERE)
        self._refuse_weak(request, service, found, has_second_factor=has_second_factor)
        if not members.may(role, self.capability):
            raise NotAllowed(f"Your role, {role}, does not do this; ask an owner", role=role)
        name = account.display_name or ""
        return Staff(found, issuer.id, issuer.slug, issuer.name, issuer.timezone, role, name)

    def _refuse_weak(self, request: Request, service: Service, found: Visitor, *, has_second_factor: bool) -> None:
        if found.session.strength >= Strength.TWO_FACTORS:
            return
        if has_second_factor:
            where = f"/staff/sign-in/code?next={here(request)}"
            raise NotSignedIn(SECOND_STEP, sign_in=where)
        if service.settings.staff_second_factor == "required":
            raise NotSignedIn("Set up a second factor first", sign_in=f"/staff/second-factor?next={here(request)}")


def member(capability: Capability) -> RequiresMember:
    """What a route of staff declares: what whoever calls must be allowed to do."""
    return RequiresMember(capability)


def csrf_of(token: str) -> str:
    """What every form of a session carries: made from the cookie's value, and no way back to it."""
    digest = hashlib.sha256(b"form of " + token.encode("utf-8", "surrogatepass")).digest()
    return urlsafe_b64encode(digest)[:32].decode()


def here(request: Request) -> str:
    """The address of a request, to come back to; escaped for a query. A POST comes back to where forms are."""
    if request.method != "GET":
        return quote(safe_path(request.url.path), safe="")
    query = f"?{request.url.query}" if request.url.query else ""
    return quote(safe_path(request.url.path + query), safe="")


def safe_path(stated: str | None, *, otherwise: str = "/me") -> str:
    """A path of our own to go on to, and never another host's address (T42)."""
    path = stated or ""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and len(path) <= _LONGEST_PATH
    is_plain = all(character.isprintable() and character != "\\" for character in path)
    return path if is_ours and is_plain and not path.startswith(("/%09", "/%5c", "/%2f", "/%5C", "/%2F")) else otherwise


_LONGEST_PATH = 500

_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
    ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def browser_of(request: Request) -> str | None:
    """What the browser calls itself, in two words by which its owner knows it again; None for any other program."""
    stated = request.headers.get("user-agent", "")
    browser = next((name for mark, name in _BROWSERS if mark in stated), None)
    system = next((name for mark, name in _SYSTEMS if mark in stated), None)
    return ", ".join(each for each in (browser, system) if each) or None


Person = Annotated[Visitor, Depends(visitor)]
Colleague = Annotated[Visitor, Depends(colleague)]
Perhaps = Annotated[Visitor | None, Depends(visitor_or_none)]
Reader = Annotated[Staff, Depends(member(Capability.READ))]
Designer = Annotated[Staff, Depends(member(Capability.DESIGN))]
Awarder = Annotated[Staff, Depends(member(Capability.AWARD))]
Reviewer = Annotated[Staff, Depends(member(Capability.REVIEW))]
PeopleKeeper = Annotated[Staff, Depends(member(Capability.PEOPLE))]
Connector = Annotated[Staff, Depends(member(Capability.CONNECT))]
Auditor = Annotated[Staff, Depends(member(Capability.AUDIT))]
Owner = Annotated[Staff, Depends(member(Capability.MANAGE))]
