"""A service with one real thing for every address: what a door that is open by mistake would really hand out.

`things(service)` gives what stands in the place of each parameter of a path. A parameter that means something else
below some path is named with the beginning of that path, in which it comes last: `"/issuers/{name}"`.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyotp
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.credentials.model import Algorithm
from app.issuing import (
    access,
    accounts,
    achievements,
    applications,
    awards,
    badge_connect,
    bulk_acts,
    bulk_checks,
    by_hand,
    claim_links,
    definitions,
    heartbeat,
    holding,
    hosts,
    issuers,
    kept_badges,
    lti,
    mail,
    plans,
    renewals,
    scheduled_awards,
    signing_keys,
    stacks,
    status_lists,
    verification,
    wallets,
    watches,
)
from app.issuing.access import Scope
from app.issuing.accounts import AccountIdentity, Passkey, Role, Strength, WebSession
from app.issuing.applications import LearningKind
from app.issuing.audit import AuditEntry
from app.issuing.awards import Visibility
from app.issuing.bulk_acts import BulkKind
from app.issuing.endpoints import EndpointAttempt
from app.issuing.images import Image as KeptImage
from app.issuing.learners import Learner, LearnerState, sharing
from app.issuing.outbox import OutboxMessage, OutboxState
from app.issuing.renewals import ledger
from app.issuing.status_lists import StatusList
from app.main import application
from app.outbound.network import Network
from app.projections.fhir import wire_id
from app.service import Service
from app.web.pages import static_url
from app.worker.checking import Checking
from app.worker.imports import Imports
from tests.badges_elsewhere import badge
from tests.endorsers import endorser
from tests.web.api import asked_of_endorsing, asked_of_stacks

FACTS: dict[str, Any] = {
    "name": "Phlebotomy Fundamentals",
    "abbreviation": "PHLB",
    "description": "Draws venous blood safely.",
    "criteria_narrative": "Pass ten observed draws.",
    "skills": [{"name": "Venepuncture", "url": "https://skills.example/venepuncture", "level": 3}],
    "assessment_method": "observed",
}
COMPLETION = {
    "id": "evt-1",
    "event": "completed",
    "learner": {"id": "57", "email": "mira.holm@hospital.test"},
    "activity": {"id": "BLS"},
    "completed_at": "2026-03-02T10:15:00Z",
}
ELSEWHERE = b"email,badge_template_id,badge_template_name,issued_at\nana.ortiz@example.org,t-1,Wound Care,2024-03-01\n"
RULE = {"match": {"activities": ["RULED"]}, "approval": "always"}
PLATFORM = {
    "name": "Campus",
    "iss": "https://campus.example",
    "client_id": "campus-1",
    "login_url": "https://campus.example/auth",
    "token_url": "https://campus.example/token",
    "jwks_url": "https://campus.example/jwks",
}
RECORD_CLIENT = {"name": "EHR", "jwks_url": "https://ehr.example/jwks.json"}
WORTH_IN_CYCLE = {"unit": "contact-hour", "amount": "20", "in_domain_min_ratio": "0.8"}
WORTH = {"title": "Hand hygiene", "unit": "contact-hour", "amount": "2"}
RENEWED = {
    "name": "Coding of Diagnoses",
    "validity": {"kind": "days", "amount": 30},
    "renewal": {
        "grace_days": 30,
        "reminder_days": [60],
        "method": "ce",
        "ce": {**WORTH_IN_CYCLE, "domains": ["hygiene"]},
    },
}
EDUCATION = ledger.Stated(
    title="A course", unit="contact-hour", amount=Decimal(2), activity_date=date(2026, 3, 1), domain="hygiene"
)
ROLES = tuple(role.value for role in Role)
ANA, BEA = "ana.ortiz@example.org", "bea.lindqvist@example.org"
ACTOR = "test"
PROVIDER = "https://login.example"
LATER = timedelta(hours=1)  # when somebody was seen last: so no request notes that they were seen now


def things(service: Service) -> dict[str, str]:
    """What stands in the place of each parameter, on a service with one of everything."""
    return Everything(service).things


class Everything:
    """Northfield with one of everything, Riverside beside it, and everybody who may come."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.cookies: dict[str, str] = {}  # of whoever signs in with a browser
        self.keys: dict[str, str] = {}  # of programs
        self.things: dict[str, str] = {}
        for slug, name in (("northfield", "Northfield Health Academy"), ("riverside", "Riverside Hospital")):
            with service.database.write() as session:
                facts = {"url": f"https://{slug}.example/", "email": f"badges@{slug}.example"}
                made = issuers.create(session, slug=slug, name=name, actor=ACTOR, **facts)
                signing_keys.rotate(session, service.office, made, actor=ACTOR)
                status_lists.open_lists(session, service.office, made)
        self._let_programs_in()
        self._fill_with_things()
        self._let_people_in()
        self._fill_what_only_the_office_makes()
        self._fill_what_learners_make()
        self._fill_what_forms_name()
        self._fill_what_health_records_read()
        self._fill_what_is_let_in()

    def _let_programs_in(self) -> None:
        with self.service.database.write() as session:
            for slug, name, scopes in (
                ("northfield", "all-key", list(Scope)),
                *(("northfield", f"key:{scope}", [scope]) for scope in Scope),
                ("riverside", "other-key", list(Scope)),
                ("northfield", "to-revoke", [Scope.READ]),
            ):
                issuer = issuers.by_slug(session, slug)
                made = access.create(session, issuer, name=name, scopes=scopes, days=30, actor=ACTOR)
                made.key.last_used_at = clock.now() + LATER
                self.keys[name] = made.text
        self.things["key_id"] = self.keys.pop("to-revoke").split("_")[1]
        self._api = TestClient(application(self.service), base_url="http://localhost/api/v1")
        self._api.headers["Authorization"] = f"Bearer {self.keys.pop('all-key')}"

    def _post(self, path: str, method: str = "POST", **request: Any) -> Any:
        answer = self._api.request(method, path, **request)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    def _publish(self, slug: str, **facts: Any) -> str:
        made = self._post("/achievements", json={"slug": slug, "facts": FACTS | facts})
        self._post(f"/achievements/{made['id']}/publish")
        return str(made["id"])

    def _fill_with_things(self) -> None:
        achievement = self._publish("phlb")
        self._post(f"/achievements/{achievement}", method="PATCH", json={"open_badges_2": True})
        award = self._award(achievement, ANA)
        other = self._award(achievement, "other.person@example.org")
        self.things |= {"achievement_id": achievement, "award_id": award["id"], "learner_id": award["learner"]}
        self._post(f"/awards/{award['id']}/visibility", method="PUT", json={"visibility": "public"})
        self._award(self._publish("renewed", **RENEWED), ANA)
        merged = self._award(achievement, "gone@example.org")
        self.things["other_learner_id"] = other["learner"]
        self.things["merge_id"] = self._post(
            f"/learners/{other['learner']}/merge", json={"learner": merged["learner"]}
        )["id"]
        self._post(f"/groups/nursing/learners/{award['learner']}", method="PUT")
        self._stacks(award["learner"])
        about = {"about": "https://elsewhere.example/achievements/1", "comment": "Good training."}
        self.things["endorsement_id"] = self._post("/endorsements", json=about)["id"]
        endpoint = self._post("/endpoints", json={"name": "HR", "url": "http://127.0.0.1:9/hooks"})["id"]
        self._post(f"/endpoints/{endpoint}/test")
        words = {"purpose": "badge_earned", "locale": "de", "subject": "x", "body": "{{badge_url}}"}
        self.things |= {
            "endpoint_id": endpoint,
            "template_id": self._post("/mail/templates", method="PUT", json=words)["id"],
            "suppression_id": self._post("/mail/suppressions", json={"address": "none@example.org"})["id"],
            "platform_id": self._post("/lti/platforms", json=PLATFORM)["id"],
            "client_id": self._post("/record-clients", json=RECORD_CLIENT)["id"],
        }
        self._received(achievement)
        self._source(achievement)
        self._ruled()
        self._import()

    def _stacks(self, learner: str) -> None:
        """Definitions, a pathway with somebody on it, and somebody else's credential that is recognised."""
        asked_of_stacks.fill(lambda path, body: self._post(path, method="PUT", json=body))
        made = self._post("/pathways", json={"slug": "pw-way", "facts": asked_of_stacks.pathway("phlb")})
        self._post(f"/pathways/{made['id']}/publish")
        self._post(f"/learners/{learner}/programmes/{asked_of_stacks.NAMES['programme']}", method="PUT")
        enrolment = self._post(f"/pathways/{made['id']}/enrolments", json={"learner": learner})
        recognition = self._post(f"/learners/{learner}/recognitions", json=asked_of_stacks.recognition("2026-02-01"))
        self._post("/frameworks/esco/imports", **asked_of_stacks.FRAMEWORK_FILE)
        entries = self._post("/frameworks/esco/entries", method="GET")["items"]
        self.things |= {
            "framework": "esco",
            "item_id": entries[0]["id"],
            "kind": "skill",
            "definition": asked_of_stacks.NAMES["definition"],
            "/api/v1/definitions/{kind}/{slug}": asked_of_stacks.NAMES["definition"],
            "/api/v1/learners/{learner_id}/programmes/{slug}": asked_of_stacks.NAMES["programme"],
            "pathway_id": made["id"],
            "enrolment_id": enrolment["id"],
            "run_id": self._post(f"/pathways/{made['id']}/mass-enrolments", json={"learners": [learner]})["id"],
            "recognition_id": recognition["id"],
        }
        self._plans(learner)

    def _plans(self, learner: str) -> None:
        """A cohort, and two pathways that are open to learners, on one of which somebody is."""
        body = asked_of_stacks.cohort() | {"learners": [learner]}
        self.things["cohort_id"] = self._post("/cohorts", json=body)["id"]
        for slug in ("pw-open", "pw-mine"):
            facts = asked_of_stacks.pathway("phlb", open_to_learners=True)
            made = self._post("/pathways", json={"slug": slug, "facts": facts})
            self._post(f"/pathways/{made['id']}/publish")
        enrolment = self._post(f"/pathways/{made['id']}/enrolments", json={"learner": learner})
        self.things["open_enrolment_id"] = enrolment["id"]

    def _award(self, achievement: str, email: str) -> Any:
        return self._post(
            "/awards", json={"achievement": achievement, "recipient": {"email": email, "name": "Somebody"}}
        )

    def _received(self, achievement: str) -> None:
        """An endorsement by Riverside of something of Northfield's."""
        page = f"{self.service.settings.public_base_url}/achievements/{achievement}/v1"
        answer = self._api.post(
            "/endorsements",
            json={"about": page, "comment": "Good training."},
            headers={"Authorization": f"Bearer {self.keys['other-key']}"},
        )
        assert answer.is_success, answer.text
        received = answer.json()["id"]
        self.things["/api/v1/received-endorsements/{endorsement_id}"] = received
        self._endorsing(received)

    def _endorsing(self, received: str) -> None:
        """Requests by Northfield and of it, what somebody elsewhere said of it, and an accreditation."""
        did = str(self._api.get("/issuer").json()["did"])
        made = self._post("/endorsement-requests", json=asked_of_endorsing.request(did, 1))
        of_other = did.replace("northfield", "riverside")
        asked = {"about": of_other, "message": "Please look.", "endorser": "northfield"}
        headers = {"Authorization": f"Bearer {self.keys['other-key']}"}
        answer = self._api.post("/endorsement-requests", json=asked, headers=headers)
        assert answer.is_success, answer.text
        uploaded = self._post("/uploaded-endorsements", json=asked_of_endorsing.uploaded(did, 1))["id"]
        settings = "/staff/{slug}/settings"
        self.things |= {
            "did": did,
            "/api/v1/endorsement-requests/{request_id}": made["id"],
            f"{settings}/endorsements/requests/{{request_id}}": made["id"],
            "accreditation_id": self._post("/accreditations", json=asked_of_endorsing.ACCREDITATION)["id"],
            "/endorse/{token}": made["url"].rpartition("/")[2],
            "/endorse/{token}/endorsement.json": made["url"].rpartition("/")[2],
            "/api/v1/asked-endorsements/{request_id}/sign": answer.json()["id"],
            "/api/v1/asked-endorsements/{request_id}/decline": answer.json()["id"],
            "/api/v1/uploaded-endorsements/{endorsement_id}": uploaded,
            f"{settings}/endorsements/asked/{{request_id}}": answer.json()["id"],
            f"{settings}/endorsements/received/{{endorsement_id}}": received,
        }

    def _source(self, achievement: str) -> None:
        settings = {"auth": "bearer", "namespace": "lms.x"}
        self._made = self._post("/sources", json={"name": "LMS", "type": "generic", "settings": settings})
        source = self._made["id"]
        self._post(f"/sources/{source}/allowances", json={"achievement": achievement})
        rule = self._post(f"/sources/{source}/rules", json={"activity_id": "BLS", "achievement": achievement})
        self.things |= {"source_id": source, "rule_id": rule["id"], "delivery_id": self._deliver(COMPLETION)}
        counted = {**WORTH, "source": source, "activity_id": "quiz"}
        self.things["ce_activity_id"] = self._post("/ce-activities", json=counted)["id"]
        asked = self._post("/sources", json={"name": "LRS", "type": "xapi", "settings": {"auth": "bearer"}})["id"]
        facts = {"base_url": "https://lms.example", "token": "asked"}
        self._post(f"/sources/{asked}/reconciliation", method="PUT", json=facts)
        self.things |= {
            "/api/v1/sources/{source_id}/reconciliation": asked,
            "/xapi/{source_id}": asked,
            "/caliper/{source_id}": self._post(
                "/sources", json={"name": "Caliper", "type": "caliper", "settings": {"auth": "bearer"}}
            )["id"],
        }

    def _deliver(self, stated: dict[str, Any]) -> str:
        headers = {"Authorization": f"Bearer {self._made['secret']}"}
        answer = self._api.post(f"http://localhost/hooks/{self._made['id']}", json=stated, headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["delivery"])

    def _ruled(self) -> None:
        achievement = self._publish("ruled")
        self._post(f"/sources/{self._made['id']}/allowances", json={"achievement": achievement})
        self._post(f"/achievements/{achievement}/rules", json={"document": RULE})
        delivery = self._deliver({**COMPLETION, "id": "evt-2", "activity": {"id": "RULED"}})
        answered = self._post(f"/deliveries/{delivery}", method="GET")["answer"]["items"][0]
        self.things |= {
            "completion_id": answered["completion"],
            "approval_id": self._post("/approvals", method="GET")["items"][0]["id"],
            "backfill_id": self._post("/backfills", json={"achievement": achievement})["id"],
            "/api/v1/achievements/{achievement_id}/rules": achievement,
            "/api/v1/achievements/{achievement_id}/rule-switch": achievement,
        }

    def _import(self) -> None:
        settings = {"namespace": "hr.x", "time_zone": "Europe/Vienna"}
        source = self._post("/sources", json={"name": "Files", "type": "csv", "settings": settings})["id"]
        file = {"content": b"email,course_id\nana@x.example,BLS\n", "headers": {"Content-Type": "text/csv"}}
        self.things["import_id"] = self._post(f"/sources/{source}/imports", **file)["id"]
        self.things["/api/v1/sources/{source_id}/imports"] = source
        Imports(self.service, lambda: None).work_through(threading.Event())
        self._issued_elsewhere(source)

    def _issued_elsewhere(self, source: str) -> None:
        """An award of before, of a published achievement, that may be issued anew."""
        file = {"content": ELSEWHERE, "headers": {"Content-Type": "text/csv"}}
        said = {"issued_by": "Northfield on Credly", "issued_by_us": "true"}
        brought = self._post(f"/sources/{source}/imports", params=said, **file)["id"]
        Imports(self.service, lambda: None).work_through(threading.Event())
        self._post(f"/imports/{brought}/confirm")
        Imports(self.service, lambda: None).work_through(threading.Event())
        (past,) = self._post("/past-awards", method="GET")["items"]
        self._post(f"/achievements/{past['achievement']}/publish")
        self.things["past_id"] = past["id"]

    def _let_people_in(self) -> None:
        with self.service.database.write() as session:
            for name, email, slug in (
                ("learner", ANA, None),
                ("other-learner", BEA, None),
                *((role, f"{role}@example.org", "northfield") for role in ROLES),
                ("other-owner", "other.owner@example.org", "riverside"),
            ):
                account = accounts.people.of_confirmed_address(session, email)
                account.display_name = name
                if slug is not None:
                    role = Role(name.removeprefix("other-"))
                    accounts.members.add(session, issuers.by_slug(session, slug), account, role, actor=ACTOR)
                    secret = accounts.passwords.new_totp()
                    code = pyotp.TOTP(secret).at(clock.now())
                    accounts.passwords.set_totp(session, self.service.office, account, secret, code)
                strength = Strength.LINK if slug is None else Strength.TWO_FACTORS
                self.cookies[name] = accounts.sessions.begin(session, account, strength)
                if name == "designer":
                    self.things["account_id"] = account.id
            session.execute(update(WebSession).values(seen_at=clock.now() + LATER))

    def _fill_what_only_the_office_makes(self) -> None:
        office = self.service.office
        with self.service.database.write() as session:
            issuer = issuers.by_slug(session, "northfield")
            invited = accounts.invitations.invite(
                session, office, issuer, "new@example.org", Role.REVIEWER, invited_by="Olga", actor=ACTOR
            )
            lists = session.scalars(select(StatusList).where(StatusList.issuer_id == issuer.id)).all()
            keys = {key.algorithm: key.kid for key in signing_keys.of_issuer(session, issuer)}
            session.add(self._passkey(session))
            session.add(self._attempt(session))
            session.add(self._identity(session))
            heartbeat.beat(session, "worker")
            key = mail.recipient_key(office, issuer.id, ANA)
            self.things["/lti/register/{token}"] = lti.platforms.invite(session, issuer, actor=ACTOR)
            accounts.links.ask(session, office, ANA, next_path="/me")
            image = session.scalars(select(KeptImage.sha256)).first()
        self.things |= {
            "slug": "northfield",
            "number": "1",
            "name": "nursing",
            "kid": keys[Algorithm.ED25519],
            "signing_key_id": keys[Algorithm.ED25519],
            "list_id": lists[0].id,
            "invitation_id": invited.invitation.id,
            "version_name": "v1",
            "digest": static_url("style.css").split("/")[2],
            "/static/{digest}/{name}": "style.css",
            "/problems/{slug}": "not-found",
            "/api/v1/units/{slug}": "unit-ward",
            "/b/{name}": self.things["award_id"],
            "/issuers/{name}": "northfield",
            "/achievements/{name}": self.things["achievement_id"],
            "/achievements/{achievement_id}/{name}": "v1",
            "/achievements/{achievement_id}/{version_name}/{name}": "en",
            "/pathways/{name}": self.things["pathway_id"],
            "/pathways/{pathway_id}/{name}": "v1",
            "/images/{name}": f"{image}.png",
            "/endorsements/{name}": self.things["endorsement_id"],
            "/ob2/assertions/{name}": self.things["award_id"],
            "/ob2/issuers/{slug}/keys/{kid}": keys[Algorithm.RS256],
            "/ob2/achievements/{achievement_id}/{version_name}/keys/{kid}": keys[Algorithm.RS256],
            "/staff/welcome/{token}": invited.url.rpartition("/")[2],
            "/unsubscribe/{token}": mail.unsubscribe_url(office, issuer.id, key).rpartition("/")[2],
            "/sign-in/{token}": self._mailed("account.", "/sign-in/"),
        }
        self._confirm_a_claim()
        self._offer_to_a_wallet()

    def _fill_what_learners_make(self) -> None:
        office = self.service.office
        with self.service.database.write() as session:
            ana = accounts.people.of_confirmed_address(session, ANA).id
            award = awards.by_id(session, self.things["award_id"])
            learner = session.get_one(Learner, award.learner_id)
            wanted = plans.Stated(plans.Aim(plans.Aims.ROLE, asked_of_stacks.NAMES["role"]))
            plan = plans.make(session, learner, wanted, made_by=plans.MadeBy.LEARNER, actor=ACTOR)
            shared = holding.sharing.create(session, office, award, days=30, label="For HR", actor=ACTOR)
            facts: dict[str, Any] = {"name": "Letter", "url": None, "text": "Kind words", "is_shown": True}
            holding.evidence.add(session, award, **facts, is_to_be_signed=True, actor=ACTOR)
            portfolio = holding.portfolios.create(session, ana, title="What I can do")
            said = holding.portfolios.Said("What I can do", "All of it.", Visibility.PUBLIC, "ana-ortiz")
            holding.portfolios.change(session, portfolio, said)
            holding.portfolios.put(session, portfolio, [award.id])
            kept = self._keep(session, ana)
            holding.portfolios.put_kept(session, portfolio, [kept])
            subject = achievements.by_id(session, self.things["/api/v1/achievements/{achievement_id}/rules"])
            stated = applications.applying.Statement("Three years at a blood bank.", LearningKind.INFORMAL)
            application = applications.applying.apply(session, office, ana, subject, stated, actor=ACTOR)
            file: dict[str, Any] = {"name": "Record", "file_name": "record.pdf", "content": b"%PDF-1.7\n%%EOF\n"}
            paper = applications.papers.add_file(session, application, **file, actor=ACTOR)
            owner = accounts.people.of_confirmed_address(session, "owner@example.org").id
            issuer = issuers.by_slug(session, "northfield")
            rows = [
                bulk_checks.Stated("Ana Ortiz", ANA, office.addresses.badge(award.id)),
                bulk_checks.Stated("Nobody"),
            ]
            check = bulk_checks.ask(session, issuer, rows, name="Agency nurses", actor=f"account:{owner}")
            watched = watches.ask(
                session, office, issuer, award, purpose="Our rota", recipient="hr@northfield.example", actor=ACTOR
            )
            unit = {"name": "Ward 3", "mandatory": [{"credential": "phlb"}]}
            kind = definitions.Kind.UNIT
            definitions.put(session, issuer, kind, "unit-ward", definitions.parse(kind, unit), actor=ACTOR)
            stacks.careers.put(session, issuer, learner, unit="unit-ward", actor=ACTOR)
            act = bulk_acts.choose(session, issuer, BulkKind.REVOKE, [award.id], actor=f"account:{owner}")
        Checking(self.service, network=Network(resolve=_nowhere)).work_through(threading.Event())
        self.things |= {
            "plan_id": plan.id,
            "/me/plans/{name}": plan.id,
            "portfolio_id": portfolio.id,
            "kept_id": kept,
            "application_id": application.id,
            "evidence_id": paper.id,
            "act_id": act.id,
            "check_id": check.id,
            "unit": "unit-ward",
            "watch_id": watched.id,
            "/watch/{token}": self._mailed("watch.", "/watch/"),
            "act": "revoke",
            "form": "csv",
            "suffix": "svg",
            "report": "expiring",
            "source_type": "generic",
            "/me/badges/{name}": award.id,
            "/p/{name}": "ana-ortiz",
            "/p/{name}/elsewhere/{kept_id}": kept,
            "/s/{name}": shared.url.rpartition("/")[2],
            "/staff/{slug}/awards/{award_id}/credential.{form}": "json",
        }

    def _keep(self, session: Session, account_id: str) -> str:
        """A badge of Ana's that somebody else issued."""
        document = badge(endorser("Dales Hospital"), ANA)
        report = verification.judge(session, self.service.office, document, recipient=(ANA,))
        facts = {"origin": kept_badges.Origin.UPLOAD}
        return kept_badges.keep(session, self.service.office, account_id, document, report, **facts).badge.id

    def _fill_what_forms_name(self) -> None:
        """What only forms name, and what stands below another thing and must be of it."""
        achievement, delivery = self.things["achievement_id"], self.things["delivery_id"]
        self.things["third_learner_id"] = self._award(achievement, "third.person@example.org")["learner"]
        answered = self._post(f"/deliveries/{delivery}", method="GET")["answer"]["items"][0]
        subscribed = {"report": "expiring", "recipient": "hr@northfield.example", "every": "monday"}
        self.things |= {
            "/staff/{slug}/sources/inbox/{delivery_id}/{completion_id}": answered["completion"],
            "/staff/{slug}/sources/{source_id}/asking": self.things["/api/v1/sources/{source_id}/reconciliation"],
            "/staff/{slug}/achievements/{achievement_id}/rules": self.things[
                "/api/v1/achievements/{achievement_id}/rules"
            ],
            "/api/v1/reports/{slug}": "expiring",
            "subscription_id": self._post("/report-subscriptions", json=subscribed)["id"],
        }
        with self.service.database.write() as session:
            issuer = issuers.by_slug(session, "northfield")
            award = awards.by_id(session, self.things["award_id"])
            learner = session.get_one(Learner, award.learner_id)
            stated = by_hand.Stated(achievement_id=achievement, awarded_at=clock.now(), email="soon@example.org")
            due = {"due_at": clock.now() + LATER, "actor": ACTOR}
            scheduled = scheduled_awards.schedule(session, self.service.office, issuer, stated, **due)
            evidence = holding.evidence.of_award(session, award.id)[0]
            wish = holding.names.ask(session, learner, "Ana Ortiz Vega", note=None, actor=ACTOR)
            entry = ledger.add(session, learner, EDUCATION, actor=f"account:{self._holder(session)}")
            renewals.sampling.draw(session, issuer, count=1, actor=ACTOR)
            session.flush()
            sampled = session.scalars(select(AuditEntry).where(AuditEntry.action == "renewals.sampled")).one()
            calendar = renewals.calendars.create(session, self.service.office, self._holder(session))
            self.things |= {
                "entry_id": entry.id,
                "sample_number": str(sampled.id),
                "sample_id": str(sampled.id),
                "sampled_id": award.id,
                "/calendars/{name}": calendar.url.rpartition("/")[2],
                "scheduled_id": scheduled.id,
                "link_id": holding.sharing.of_award(session, award)[0].id,
                "held_evidence_id": evidence.id,
                "name_request_id": wish.id,
                "request_id": wish.id,
                "/staff/{slug}/awards/applications/evidence/{evidence_id}": evidence.id,
            }

    def _fill_what_health_records_read(self) -> None:
        """Somebody who agreed to be shown, with a badge and a place of work."""
        with self.service.database.write() as session:
            issuer = issuers.by_slug(session, "northfield")
            learner = session.get_one(Learner, self.things["learner_id"])
            sharing.share(session, learner, actor=ACTOR)
            role = asked_of_stacks.NAMES["role"]
            career = stacks.careers.put(session, issuer, learner, role=role, actor=ACTOR)
            person, base = wire_id(learner.id), "/fhir/{slug}"
            self.things |= {
                "practitioner_id": person,
                f"{base}/Practitioner/{{resource_id}}": person,
                f"{base}/PractitionerRole/{{resource_id}}": wire_id(career.id),
                f"{base}/Organization/{{resource_id}}": wire_id(issuer.id),
                f"{base}/VerificationResult/{{resource_id}}": wire_id(self.things["award_id"]),
                f"{base}/StructureDefinition/{{name}}": "open-badge",
                f"{base}/SearchParameter/{{name}}": "qualification-code",
                f"{base}/OperationDefinition/{{name}}": "badge-bundle",
                f"{base}/CodeSystem/{{name}}": "achievements",
            }

    def _fill_what_is_let_in(self) -> None:
        """A program that the learner lets in, and its question to whoever answers it."""
        home = "https://portfolio.example/"
        places = dict.fromkeys(badge_connect.clients.ADDRESSES, home)
        words = {"client_name": "Portfolio", "software_id": "portfolio", "software_version": "1"}
        scope = next(iter(badge_connect.V3_SCOPES))
        asked = {
            "response_type": "code", "redirect_uri": home, "scope": scope, "state": "s",
            "code_challenge": "c" * 43, "code_challenge_method": "S256",
        }  # fmt: skip
        with self.service.database.write() as session:
            stated = words | places | {"redirect_uris": [home], "scope": scope}
            client, _secret = badge_connect.clients.register(session, self.service.office, stated)
            pairs = [[name, value] for name, value in {**asked, "client_id": client.id}.items()]
            question = badge_connect.grants.ask(session, client, {"pairs": pairs})
            facts = {"scopes": scope, "redirect_uri": home, "code": "code", "challenge": "c" * 43}
            grant = badge_connect.grants.let_in(session, self._holder(session), client, **facts)
            grant.code_used_at = clock.now()
            about = hosts.Described("https://host.example/discovery", "host.example", *[home] * 4)
            host = hosts.connecting.keep(
                session, self.service.office, about, host_id=clock.new_id(), client_id="us", secret="x"
            )
            given = hosts.Tokens("x", None)
            connection = hosts.connecting.connect(
                session, self.service.office, self._holder(session), host, given, seconds=None
            )
            self.things |= {"app_id": client.id, "question_id": question.id}
            self.things |= {"host_id": host.id, "connection_id": connection.id}

    def _holder(self, session: Any) -> str:
        account = accounts.people.by_address(session, ANA)
        assert account is not None
        return account.id

    def _passkey(self, session: Any) -> Passkey:
        owner = accounts.people.by_address(session, "owner@example.org")
        assert owner is not None
        self.things["passkey_id"] = "owners-passkey"
        facts = {"name": "Phone", "public_key": b"x", "sign_count": 0, "created_at": clock.now()}
        return Passkey(id="owners-passkey", account_id=owner.id, **facts)

    def _identity(self, session: Any) -> AccountIdentity:
        owner = accounts.people.by_address(session, "owner@example.org")
        assert owner is not None
        self.things |= {"iss": PROVIDER, "sub": "owner-1"}
        return AccountIdentity(
            iss=PROVIDER, sub="owner-1", account_id=owner.id, is_for_staff=True, linked_at=clock.now()
        )

    def _attempt(self, session: Any) -> EndpointAttempt:
        message = session.scalars(select(OutboxMessage).where(OutboxMessage.channel == "webhook")).first()
        message.state = OutboxState.PARKED
        return EndpointAttempt(
            id=clock.new_id(), endpoint_id=self.things["endpoint_id"], message_id=message.id, number=1,
            event_type="endpoint.test", at=clock.now(), duration_ms=1, status=500,
        )  # fmt: skip

    def _confirm_a_claim(self) -> None:
        self._deliver({**COMPLETION, "id": "evt-3", "learner": {"id": "nobody-knows"}})
        with self.service.database.write() as session:
            pending = session.scalars(select(Learner).where(Learner.state == LearnerState.PENDING)).one()
            token = claim_links.create(session, self.service.office, pending, actor=ACTOR).url.rpartition("/")[2]
        self.things["/claim/{token}"] = token
        answer = self._api.post(f"http://localhost/claim/{token}", data={"email": "ana.new@example.org"})
        assert answer.status_code < 400, answer.text
        self.things["/claim/confirm/{token}"] = self._mailed("claim.", "/claim/confirm/")

    def _offer_to_a_wallet(self) -> None:
        office = replace(self.service.office, wallet_offer_minutes=1_440)  # longer than any run of the tests
        with self.service.database.write() as session:
            award = awards.by_id(session, self.things["award_id"])
            code = wallets.offers.make(session, office, award, actor=ACTOR).code
        self.things |= {"/wallets/{slug}/offers/{code}": code, "/wallets/{slug}/exchanges/{code}": code}

    def _mailed(self, event: str, path: str) -> str:
        with self.service.database.read() as session:
            query = select(OutboxMessage).where(OutboxMessage.event.startswith(event))
            text = session.scalars(query.order_by(OutboxMessage.created_at.desc())).all()[0].payload["text"]
        return str(text.partition(path)[2].split()[0])


def _nowhere(host: str, port: int) -> list[str]:
    raise OSError(f"{host}:{port} is not there")
