"""Settings in plain words: what roles and scopes allow, what events tell, what the audit log is about."""

from __future__ import annotations

from app.issuing.access import Scope
from app.issuing.accounts import Role
from app.issuing.endpoints import EndpointState, EventType
from app.issuing.mail import Cause
from app.issuing.signing_keys import KeyState
from app.web.languages import gettext as _
from app.web.languages import marked

ROLES = {
    Role.OWNER: (marked("Owner"), marked("does everything: members, keys, API keys and this page included")),
    Role.DESIGNER: (
        marked("Designer"),
        marked("designs and publishes achievements, connects sources, webhooks and mail; awards nothing"),
    ),
    Role.AWARDER: (
        marked("Awarder"),
        marked("awards, corrects and revokes badges, looks after people, decides what waits"),
    ),
    Role.REVIEWER: (marked("Reviewer"), marked("approves or refuses what waits, and changes nothing else")),
    Role.AUDITOR: (marked("Auditor"), marked("sees everything, the audit log too, and changes nothing")),
}
SCOPES = {
    Scope.READ: marked("read everything of this issuer"),
    Scope.ISSUER_WRITE: marked("change the profile, and revoke API keys"),
    Scope.ACHIEVEMENTS_WRITE: marked("design and publish achievements and rules"),
    Scope.AWARDS_WRITE: marked("award, revoke, suspend and correct badges"),
    Scope.SOURCES_WRITE: marked("connect and change sources, and import files"),
    Scope.KEYS_WRITE: marked("rotate and revoke signing keys"),
    Scope.LEARNERS_ERASE: marked("erase people, for good"),
    Scope.CREDENTIALS_ISSUE: marked("sign any credential in this issuer's name (VC-API)"),
    Scope.ENDPOINTS_WRITE: marked("set up webhooks"),
    Scope.MAIL_WRITE: marked("change mail settings and words"),
    Scope.CHECKS_WRITE: marked("have badges of any issuer checked"),
    Scope.WATCHES_WRITE: marked("ask holders whether their badges may be watched, and end watches"),
    Scope.MAIL_REPORT: marked("report bounces and complaints, for a mail provider"),
    Scope.FHIR_READ: marked("read as a health-record system (FHIR), of people who agreed"),
    Scope.FHIR_PATIENT: marked("read names and current badges for patients (FHIR), of people who agreed"),
}
EVENTS = {
    EventType.BADGE_ISSUED: marked("a badge was issued"),
    EventType.BADGE_REVOKED: marked("a badge was revoked"),
    EventType.BADGE_SUSPENDED: marked("a badge was suspended"),
    EventType.BADGE_REINSTATED: marked("a badge was reinstated"),
    EventType.BADGE_EXPIRING: marked("a badge ends soon"),
    EventType.BADGE_LAPSED: marked("a badge ended, and can be renewed for a while"),
    EventType.BADGE_EXPIRED: marked("a badge ended by itself"),
    EventType.BADGE_RENEWED: marked("a badge was renewed"),
    EventType.BADGE_SUPERSEDED: marked("a badge was superseded by another"),
    EventType.BADGE_DELIVERY_FAILED: marked("a mail about a badge did not get through"),
    EventType.COMPLETION_QUARANTINED: marked("a completion waits for somebody to look at it"),
    EventType.AWARD_PENDING_APPROVAL: marked("an award waits for approval"),
    EventType.AWARD_REJECTED: marked("an award was refused"),
    EventType.AWARDS_BRAKED: marked("more was awarded in an hour than is allowed"),
    EventType.WATCH_EXPIRING: marked("a watched badge ends soon"),
    EventType.WATCH_EXPIRED: marked("a watched badge ended"),
    EventType.WATCH_RENEWED: marked("a watched badge was renewed"),
    EventType.WATCH_SUSPENDED: marked("a watched badge was suspended"),
    EventType.WATCH_REINSTATED: marked("a watched badge was reinstated"),
    EventType.WATCH_REVOKED: marked("a watched badge was revoked"),
    EventType.ENDPOINT_TEST: marked("a test, sent from this page"),
}
KEY_STATES = {
    KeyState.PENDING: (marked("Prepared"), "soon"),
    KeyState.ACTIVE: (marked("Signs now"), "good"),
    KeyState.RETIRED: (marked("Retired, still verifies"), "ended"),
    KeyState.REVOKED: (marked("Revoked: stolen"), "stopped"),
}
ENDPOINT_STATES = {
    EndpointState.ACTIVE: (marked("Active"), "good"),
    EndpointState.PAUSED: (marked("Paused: messages wait"), "soon"),
    EndpointState.DISABLED: (marked("Switched off"), "stopped"),
}
CAUSES = {
    Cause.BOUNCE: marked("the mailbox does not exist"),
    Cause.COMPLAINT: marked("its reader called a mail spam"),
    Cause.UNSUBSCRIBED: marked("its reader ended digests"),
    Cause.BY_HAND: marked("entered by hand"),
}
# What the audit log is about: how an action begins, in words.
KINDS = {
    "accreditation": marked("Accreditation"),
    "achievement": marked("Achievement"),
    "api-key": marked("API key"),
    "app": marked("Program that a learner lets in"),
    "application": marked("Application"),
    "approval": marked("Approval"),
    "award": marked("Badge"),
    "backfill": marked("Backfill"),
    "bulk": marked("Act on many badges"),
    "career": marked("Work of a learner"),
    "ce": marked("Entry of continuing education"),
    "ce-activity": marked("Activity of continuing education"),
    "cohort": marked("Cohort"),
    "credential": marked("Other credential"),
    "definition": marked("Skill, role or other definition"),
    "deliveries": marked("Deliveries"),
    "delivery": marked("Delivery"),
    "endorsement": marked("Endorsement"),
    "endorsement-request": marked("Request for an endorsement"),
    "endpoint": marked("Webhook"),
    "enrolment": marked("Enrolment on a pathway"),
    "enrolments": marked("Many people put on a pathway"),
    "framework": marked("Framework of skills"),
    "bulk-check": marked("Check of many badges"),
    "employments": marked("List of employments"),
    "packet": marked("Survey packet"),
    "watch": marked("Watch of a badge"),
    "group": marked("Group"),
    "host": marked("Host to which a learner sends badges"),
    "import": marked("Import"),
    "past-award": marked("Award of before"),
    "issuer": marked("Issuer"),
    "key": marked("Signing key"),
    "learner": marked("Learner"),
    "lti": marked("Course platform"),
    "mail": marked("Mail"),
    "member": marked("Member"),
    "message": marked("Message"),
    "pathway": marked("Pathway"),
    "plan": marked("Plan of a learner"),
    "programme": marked("Programme of a learner"),
    "recognition": marked("Recognised credential"),
    "record": marked("Learner record"),
    "record-client": marked("Health-record system"),
    "renewals": marked("Sample of renewals"),
    "report": marked("Report by mail"),
    "rule": marked("Rule"),
    "service": marked("Address of the service"),
    "skill": marked("Skill of a learner"),
    "stack": marked("Stack"),
    "source": marked("Source"),
}
_PROGRAMS = {
    "cli": marked("The operator, at the command line"),
    "worker": marked("The worker, by itself"),
    "recipient": marked("A reader of a mail"),
    "brake": marked("The brake on awards"),
    "lti": marked("A course platform"),
    "demo": marked("The demonstration"),
}
_KINDS_OF_ACTORS = {
    "api-key": marked("API key “%(name)s”"),
    "source": marked("Source “%(name)s”"),
    "claim-link": marked("Claim link %(name)s"),
    "wallet-offer": marked("The wallet that took the offer %(name)s"),
    "request": marked("Whoever got the request %(name)s"),
    "pathway": marked("The pathway %(name)s, by itself"),
}


def role_options() -> list[tuple[str, str, str]]:
    """Each role with its name and what it allows, for radio buttons."""
    return [(role.value, _(name), _(allows)) for role, (name, allows) in ROLES.items()]


def role_names() -> dict[str, str]:
    """The name of each role."""
    return {role.value: _(name) for role, (name, _allows) in ROLES.items()}


def kind_of(action: str) -> str:
    """What an action of the audit log is about, in words."""
    kind = action.partition(".")[0]
    return _(KINDS[kind]) if kind in KINDS else kind


def actor_in_words(actor: str, names: dict[str, str]) -> str:
    """Who acted: a person's name, a key, a source, a program. The code itself where nobody knows more."""
    if actor in _PROGRAMS:
        return _(_PROGRAMS[actor])
    kind, _colon, plain = actor.partition(":")
    if kind == "account":
        return names.get(actor) or _("Somebody whose account is gone")
    return _(_KINDS_OF_ACTORS[kind], name=names.get(actor, plain)) if kind in _KINDS_OF_ACTORS else actor
