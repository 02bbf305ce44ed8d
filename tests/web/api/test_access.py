"""Who may call what: every route with every kind of key. A route without a sample request fails (T29, T34)."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from PIL import Image
from sqlalchemy import update

from app import clock
from app.issuing.access import ApiKey, Scope
from app.issuing.stacks import Recognition, RecognitionState, jobs
from app.service import Service
from app.web.api import router
from app.web.api.description import scope_of
from app.worker.imports import Imports
from tests.web.api import asked_of_endorsing, asked_of_stacks

ANA = {"email": "ana.ortiz@hospital.example"}
COMPLETION = {
    "id": "evt-1",
    "event": "completed",
    "learner": {"id": "57", "email": "mira.holm@hospital.test"},
    "activity": {"id": "BLS"},
    "completed_at": "2026-03-02T10:15:00Z",
}
CE_WORTH = {"title": "Hand hygiene", "unit": "contact-hour", "amount": "2"}
CE_ENTRY = {**CE_WORTH, "activity_date": "2026-03-01"}
RENEWABLE = {"validity": {"kind": "days", "amount": 10}, "renewal": {"reminder_days": [30]}}
REASON = {"json": {"reason": "issued in error"}}
ENDPOINT = {"name": "LMS", "url": "http://127.0.0.1:9/hooks"}
TEMPLATE = {"purpose": "badge_earned", "locale": "de", "subject": "{{achievement_name}}", "body": "{{badge_url}}"}
PLATFORM = {
    "name": "Campus",
    "iss": "https://campus.example",
    "login_url": "https://campus.example/auth",
    "token_url": "https://campus.example/token",
    "jwks_url": "https://campus.example/jwks",
}
RECORD_CLIENT = {"name": "EHR", "jwks_url": "https://ehr.example/jwks.json"}
RECONCILIATION = {"base_url": "https://lms.example", "token": "asked"}
PNG_TYPE = {"Content-Type": "image/png"}
CHECK = {"name": "Agency nurses", "rows": [{"recipient": "ana@x.example", "address": "http://badges.test/b/none"}]}
LIST = {"content": b"name,link\nAna,http://badges.test/b/none\n", "headers": {"Content-Type": "text/csv"}}
FILE = {"content": b"email,course_id\nana@x.example,BLS\n", "headers": {"Content-Type": "text/csv"}}
RULE = {"match": {"activities": ["RULED"]}, "approval": "always"}
RULED = ("/achievements/{achievement_id}/rule", "/backfills", "/approvals", "/completions/{")
SUBSCRIPTION = {"report": "expiring", "recipient": "staff@hospital.example", "every": "monday"}
NO_LISTS = {
    "/reports",
    "/issuer",
    "/issuer/brake",
    "/mail/settings",
    "/deliveries/counts",
    "/pending-learners/count",
    "/units/compliance",
    "/units/expiring",
    "/units/skills",
    "/workforce/people",
    "/workforce/supply",
}
ASKING_BY_BODY = {"/guide"}  # a POST that changes nothing: what is asked does not fit into an address
UNKNOWN = "AAAAAAAAAAAAAAAAAAAAAA"
OWN_NAMES = {  # never somebody else's
    ("GET", "/definitions/{kind}"),
    ("PUT", "/definitions/{kind}/{slug}"),
    ("POST", "/frameworks/{framework}/imports"),
}
STACKS = (
    "/units",
    "/workforce",
    "/definitions",
    "/pathways",
    "/enrolments",
    "/mass-enrolments",
    "/recognitions",
    "/plans",
    "/cohorts",
)
STACKS_OF_LEARNERS = ("/recognitions", "/programmes/{slug}", "/ratings", "/gap", "/plan", "/plans")
GROUP = "cohort:nursing-26"

Request = dict[str, Any]
Facts = dict[str, Any]


def picture() -> Request:
    """The body of a small PNG."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "navy").save(buffer, "PNG")
    return {"content": buffer.getvalue(), "headers": PNG_TYPE}


def endorsement_of(number: int) -> Facts:
    """The body that endorses something of nobody here."""
    return {"about": f"https://elsewhere.example/achievements/{number}", "comment": "Good training."}


# One sample request for every route; `{…}` are filled by the world below.
SAMPLES: dict[tuple[str, str], Callable[[Facts], Request]] = {
    ("GET", "/issuer"): lambda _: {},
    ("PATCH", "/issuer"): lambda _: {"json": {"description": "Teaches nurses"}},
    ("PUT", "/issuer/image"): lambda _: picture(),
    ("GET", "/achievements"): lambda _: {},
    ("POST", "/achievements"): lambda facts: {"json": {"slug": f"new-{facts['number']}", "facts": facts["facts"]}},
    ("GET", "/achievements/{achievement_id}"): lambda _: {},
    ("PUT", "/achievements/{achievement_id}"): lambda facts: {"json": facts["facts"]},
    ("PATCH", "/achievements/{achievement_id}"): lambda _: {"json": {"open_badges_2": False}},
    ("PUT", "/achievements/{achievement_id}/image"): lambda _: picture(),
    ("POST", "/achievements/{achievement_id}/publish"): lambda _: {},
    ("POST", "/achievements/{achievement_id}/archive"): lambda _: {},
    ("GET", "/achievements/{achievement_id}/versions/{number}"): lambda _: {},
    ("GET", "/awards"): lambda _: {},
    ("POST", "/awards"): lambda facts: {"json": {"achievement": facts["achievement_id"], "recipient": ANA}},
    ("GET", "/awards/{award_id}"): lambda _: {},
    ("GET", "/awards/{award_id}/credential"): lambda _: {},
    ("GET", "/awards/{award_id}/components"): lambda _: {},
    ("POST", "/awards/{award_id}/record"): lambda _: {},
    ("POST", "/awards/{award_id}/revoke"): lambda _: REASON,
    ("POST", "/awards/{award_id}/suspend"): lambda _: REASON,
    ("POST", "/awards/{award_id}/reinstate"): lambda _: {},
    ("POST", "/awards/{award_id}/reissue"): lambda _: {},
    ("POST", "/awards/{award_id}/wallet-offers"): lambda _: {"json": {}},
    ("POST", "/awards/{award_id}/resend"): lambda _: {},
    ("PUT", "/awards/{award_id}/visibility"): lambda _: {"json": {"visibility": "public"}},
    ("PUT", "/awards/{award_id}/sponsorship"): lambda _: {"json": {"sponsor": "Riverside"}},
    ("POST", "/awards/{award_id}/supersede"): lambda _: {"json": {}},
    ("GET", "/awards/{award_id}/renewal"): lambda _: {},
    ("POST", "/awards/{award_id}/renew"): lambda _: {"json": {}},
    ("GET", "/renewals"): lambda _: {"params": {"state": "active"}},
    ("POST", "/renewals/sample"): lambda _: {"json": {"count": 1}},
    ("GET", "/renewals/samples/{sample_id}"): lambda _: {},
    ("POST", "/renewals/samples/{sample_id}/verdicts"): lambda facts: {
        "json": {"award": facts["sampled_id"], "result": "passed"}
    },
    ("GET", "/learners/{learner_id}/ce-entries"): lambda _: {},
    ("POST", "/learners/{learner_id}/ce-entries"): lambda _: {"json": CE_ENTRY},
    ("POST", "/learners/{learner_id}/ce-entries/{entry_id}/void"): lambda _: REASON,
    ("GET", "/ce-activities"): lambda _: {},
    ("POST", "/ce-activities"): lambda facts: {
        "json": {**CE_WORTH, "source": facts["source_id"], "activity_id": f"quiz-{facts['number']}"}
    },
    ("PUT", "/ce-activities/{ce_activity_id}"): lambda _: {"json": CE_WORTH},
    ("DELETE", "/ce-activities/{ce_activity_id}"): lambda _: {},
    ("GET", "/learners"): lambda facts: {"params": {"email": facts["email"]}},
    ("GET", "/learners/{learner_id}"): lambda _: {},
    ("PATCH", "/learners/{learner_id}"): lambda _: {"json": {"name_shown": True}},
    ("POST", "/learners/{learner_id}/record"): lambda _: {},
    ("GET", "/groups"): lambda _: {},
    ("GET", "/groups/{name}/learners"): lambda _: {},
    ("PUT", "/groups/{name}/learners/{learner_id}"): lambda _: {},
    ("DELETE", "/groups/{name}/learners/{learner_id}"): lambda _: {},
    ("GET", "/pending-learners"): lambda _: {},
    ("GET", "/pending-learners/count"): lambda _: {},
    ("POST", "/learners/directory"): lambda facts: {
        "json": {"people": [{"namespace": "lms.x", "id": facts["email"], "email": facts["email"]}]}
    },
    ("POST", "/learners/{learner_id}/addresses"): lambda facts: {"json": {"email": f"new.{facts['email']}"}},
    ("POST", "/learners/{learner_id}/assign"): lambda facts: {"json": {"learner": facts["other_learner_id"]}},
    ("POST", "/learners/{learner_id}/claim-links"): lambda _: {},
    ("GET", "/merges"): lambda _: {},
    ("POST", "/learners/{learner_id}/merge"): lambda facts: {"json": {"learner": facts["other_learner_id"]}},
    ("POST", "/merges/{merge_id}/undo"): lambda _: {},
    ("POST", "/learners/readmit"): lambda facts: {"json": {"email": facts["email"]}},
    ("POST", "/learners/{learner_id}/erase"): lambda _: {},
    ("GET", "/endorsements"): lambda _: {},
    ("POST", "/endorsements"): lambda facts: {"json": endorsement_of(facts["number"])},
    ("GET", "/endorsements/{endorsement_id}"): lambda _: {},
    ("POST", "/endorsements/{endorsement_id}/withdraw"): lambda _: REASON,
    ("GET", "/received-endorsements"): lambda _: {},
    ("PUT", "/received-endorsements/{endorsement_id}"): lambda _: {"json": {"accepted": True}},
    ("GET", "/sources"): lambda _: {},
    ("POST", "/sources"): lambda _: {"json": {"name": "LMS", "type": "generic", "settings": {"namespace": "lms.x"}}},
    ("GET", "/sources/{source_id}"): lambda _: {},
    ("PATCH", "/sources/{source_id}"): lambda _: {"json": {"state": "disabled"}},
    ("POST", "/sources/{source_id}/secrets"): lambda _: {},
    ("DELETE", "/sources/{source_id}/secrets/old"): lambda _: {},
    ("GET", "/sources/{source_id}/rules"): lambda _: {},
    ("POST", "/sources/{source_id}/rules"): lambda facts: {
        "json": {"activity_id": "another", "achievement": facts["achievement_id"]}
    },
    ("DELETE", "/sources/{source_id}/rules/{rule_id}"): lambda _: {},
    ("GET", "/sources/{source_id}/allowances"): lambda _: {},
    ("POST", "/sources/{source_id}/allowances"): lambda facts: {"json": {"achievement": facts["achievement_id"]}},
    ("DELETE", "/sources/{source_id}/allowances/{achievement_id}"): lambda _: {},
    ("GET", "/completions"): lambda _: {"params": {"state": "parked"}},
    ("GET", "/completions/{completion_id}/explanation"): lambda _: {},
    ("GET", "/achievements/{achievement_id}/rules"): lambda _: {},
    ("POST", "/achievements/{achievement_id}/rules"): lambda _: {"json": {"document": RULE}},
    ("GET", "/achievements/{achievement_id}/rules/{number}"): lambda _: {},
    ("POST", "/achievements/{achievement_id}/rules/simulate"): lambda _: {"json": {"document": RULE}},
    ("GET", "/achievements/{achievement_id}/rules/explanation/{learner_id}"): lambda _: {},
    ("GET", "/achievements/{achievement_id}/rule-switch"): lambda _: {},
    ("PUT", "/achievements/{achievement_id}/rule-switch"): lambda _: {"json": {"on": False}},
    ("GET", "/approvals"): lambda _: {},
    ("POST", "/approvals/{approval_id}/approve"): lambda _: {"json": {}},
    ("POST", "/approvals/{approval_id}/reject"): lambda _: REASON,
    ("POST", "/approvals/decide"): lambda facts: {
        "json": {"ids": [facts["approval_id"]], "decision": "reject", "reason": "no"}
    },
    ("GET", "/backfills"): lambda _: {},
    ("POST", "/backfills"): lambda facts: {"json": {"achievement": facts["achievement_id"]}},
    ("GET", "/backfills/{backfill_id}"): lambda _: {},
    ("POST", "/backfills/{backfill_id}/stop"): lambda _: {},
    ("GET", "/issuer/brake"): lambda _: {},
    ("PUT", "/issuer/brake"): lambda _: {"json": {"awards_per_hour": 50_000}},
    ("GET", "/deliveries"): lambda _: {"params": {"standing": "unmapped"}},
    ("GET", "/deliveries/counts"): lambda _: {},
    ("POST", "/deliveries/replay"): lambda _: {"json": {"filter": {"standing": "failed"}}},
    ("GET", "/deliveries/{delivery_id}/raw"): lambda _: {},
    ("GET", "/unmapped-activities"): lambda _: {},
    ("POST", "/sources/{source_id}/map"): lambda facts: {
        "json": {"activity_id": "acls", "achievement": facts["achievement_id"]}
    },
    ("GET", "/deliveries/{delivery_id}"): lambda _: {},
    ("POST", "/deliveries/{delivery_id}/replay"): lambda _: {},
    ("GET", "/sources/{source_id}/reconciliation"): lambda _: {},
    ("PUT", "/sources/{source_id}/reconciliation"): lambda _: {"json": RECONCILIATION},
    ("DELETE", "/sources/{source_id}/reconciliation"): lambda _: {},
    ("POST", "/sources/{source_id}/reconciliation/run"): lambda _: {},
    ("GET", "/sources/{source_id}/reconciliation/runs"): lambda _: {},
    ("GET", "/lti/platforms"): lambda _: {},
    ("POST", "/lti/platforms"): lambda facts: {"json": PLATFORM | {"client_id": f"client-{facts['number']}"}},
    ("GET", "/lti/platforms/{platform_id}"): lambda _: {},
    ("PATCH", "/lti/platforms/{platform_id}"): lambda _: {"json": {"state": "disabled"}},
    ("POST", "/lti/invitations"): lambda _: {},
    ("GET", "/record-clients"): lambda _: {},
    ("POST", "/record-clients"): lambda _: {"json": RECORD_CLIENT},
    ("DELETE", "/record-clients/{client_id}"): lambda _: {},
    ("GET", "/keys"): lambda _: {},
    ("DELETE", "/keys/{key_id}"): lambda _: {},
    ("GET", "/signing-keys"): lambda _: {},
    ("POST", "/signing-keys/prepare"): lambda _: {},
    ("POST", "/signing-keys/activate"): lambda _: {},
    ("POST", "/signing-keys/rotate"): lambda _: {},
    ("POST", "/signing-keys/{signing_key_id}/revoke"): lambda _: REASON,
    ("GET", "/endpoints"): lambda _: {},
    ("POST", "/endpoints"): lambda _: {"json": ENDPOINT},
    ("GET", "/endpoints/{endpoint_id}"): lambda _: {},
    ("PATCH", "/endpoints/{endpoint_id}"): lambda _: {"json": {"state": "paused"}},
    ("DELETE", "/endpoints/{endpoint_id}"): lambda _: {},
    ("POST", "/endpoints/{endpoint_id}/secrets"): lambda _: {"json": {}},
    ("GET", "/endpoints/{endpoint_id}/messages"): lambda _: {},
    ("GET", "/endpoints/{endpoint_id}/attempts"): lambda _: {},
    ("POST", "/endpoints/{endpoint_id}/replay"): lambda _: {"json": {"since": "2026-03-02T10:15:00Z"}},
    ("POST", "/endpoints/{endpoint_id}/test"): lambda _: {},
    ("GET", "/mail/settings"): lambda _: {},
    ("PATCH", "/mail/settings"): lambda _: {"json": {"from_name": "Northfield"}},
    ("GET", "/mail/templates"): lambda _: {},
    ("PUT", "/mail/templates"): lambda _: {"json": TEMPLATE},
    ("DELETE", "/mail/templates/{template_id}"): lambda _: {},
    ("POST", "/mail/preview"): lambda _: {"json": {"purpose": "badge_earned"}},
    ("POST", "/mail/test"): lambda _: {"json": {"purpose": "digest", "to": "staff@hospital.example"}},
    ("GET", "/mail/suppressions"): lambda _: {},
    ("POST", "/mail/suppressions"): lambda facts: {"json": {"address": facts["email"]}},
    ("DELETE", "/mail/suppressions/{suppression_id}"): lambda _: {},
    ("POST", "/mail/reports"): lambda facts: {"json": {"kind": "soft", "address": facts["email"]}},
    ("POST", "/sources/try"): lambda _: {"json": {"type": "generic", "settings": {"namespace": "x"}, "body": "{}"}},
    ("POST", "/sources/{source_id}/imports"): lambda _: FILE,
    ("GET", "/past-awards"): lambda _: {},
    ("POST", "/past-awards/{past_id}/issue"): lambda _: {},
    ("GET", "/imports"): lambda _: {},
    ("GET", "/imports/{import_id}"): lambda _: {},
    ("PATCH", "/imports/{import_id}"): lambda _: {"json": {"options": {"encoding": "utf-8"}}},
    ("POST", "/imports/{import_id}/confirm"): lambda _: {},
    ("POST", "/imports/{import_id}/cancel"): lambda _: {},
    ("GET", "/imports/{import_id}/rows"): lambda _: {},
    ("GET", "/imports/{import_id}/attention"): lambda _: {},
    ("POST", "/checks"): lambda _: {"json": CHECK},
    ("POST", "/checks/list"): lambda _: LIST,
    ("GET", "/checks"): lambda _: {},
    ("GET", "/checks/{check_id}"): lambda _: {},
    ("POST", "/checks/{check_id}/again"): lambda _: {},
    ("POST", "/checks/{check_id}/stop"): lambda _: {},
    ("GET", "/checks/{check_id}/rows"): lambda _: {},
    ("GET", "/checks/{check_id}/result"): lambda _: {},
    ("POST", "/watches"): lambda facts: {
        "json": {
            "address": f"{facts.get('base_url', 'http://badges.test')}/b/{facts['award_id']}",
            "purpose": "Our rota",
        }
    },
    ("GET", "/watches"): lambda _: {},
    ("GET", "/watches/{watch_id}"): lambda _: {},
    ("DELETE", "/watches/{watch_id}"): lambda _: {},
    ("GET", "/reports"): lambda _: {},
    ("GET", "/reports/{slug}"): lambda facts: {"params": {"achievement": facts["achievement_id"]}},
    ("GET", "/reports/{slug}/chart.svg"): lambda facts: {"params": {"achievement": facts["achievement_id"]}},
    ("GET", "/report-subscriptions"): lambda _: {},
    ("POST", "/report-subscriptions"): lambda _: {"json": SUBSCRIPTION},
    ("DELETE", "/report-subscriptions/{subscription_id}"): lambda _: {},
    ("GET", "/audit"): lambda _: {},
    **asked_of_stacks.SAMPLES,
    **asked_of_endorsing.SAMPLES,
}


def routes() -> Iterator[tuple[str, str, RouteContext]]:
    """Every route of the API: method, path below /api/v1, and what FastAPI knows of it."""
    for context in iter_route_contexts(router.routes):
        if isinstance(context.original_route, APIRoute):
            for method in context.methods or ():
                yield method, str(context.path).removeprefix("/api/v1"), context


def missing(known: set[tuple[str, str]], sampled: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Routes without a sample, and samples without a route."""
    return known ^ sampled


class World:
    """Northfield, with one of everything for each request."""

    def __init__(self, api: Any, achievement_facts: Facts, make_key: Callable[..., str], neighbour: Any) -> None:
        self.api = api
        self.neighbour = neighbour
        self.achievement_facts = achievement_facts
        self.make_key = make_key
        self.number = 0
        self.achievement_id = api.publish("badge-1")["id"]

    def request(self, method: str, path: str, *, of_nothing: bool = False) -> tuple[str, Request]:
        """A sample request with the ids of fresh things, or with ids of nothing."""
        facts = self._one_of_everything(path)
        ids = {name: UNKNOWN if of_nothing else value for name, value in facts.items() if name.endswith("_id")}
        group = UNKNOWN if of_nothing else GROUP
        slug = asked_of_stacks.slug_in(path) if "reports" not in path else "funnel"
        named = {"kind": "skill", "slug": UNKNOWN.lower() if of_nothing and "reports" not in path else slug}
        named["framework"] = UNKNOWN.lower() if of_nothing else "esco"
        return path.format(**ids, **named, number=1, name=group), SAMPLES[method, path](facts | ids)

    def _one_of_everything(self, path: str) -> Facts:
        self.number += 1
        facts: Facts = {"number": self.number, "facts": self.achievement_facts, "email": f"p{self.number}@x.example"}
        is_used_up = path.endswith("/archive")
        facts["achievement_id"] = self.api.publish(f"b-{self.number}")["id"] if is_used_up else self.achievement_id
        facts |= self._renewable(path)
        facts |= self._framework() if path.startswith("/frameworks") else {}
        facts["key_id"] = self.make_key().split("_")[1]
        if "award" in path or "learner" in path or "watches" in path:
            facts |= self._award(facts, suspended=path.endswith("reinstate"))
        facts |= self._people(path, facts)
        if path.startswith(RULED):
            facts |= self._ruled(path)
        facts |= asked_of_endorsing.things(path, self.api, self.neighbour, self.number)
        if "endorsement_id" in path and "endorsement_id" not in facts:
            facts["endorsement_id"] = self.endorsement(received="received" in path)
        if "endpoint_id" in path:
            facts["endpoint_id"] = self.api.post("/endpoints", **ENDPOINT)["id"]
        facts |= self._connected(path)
        facts |= self._mail(path, facts)
        facts |= self._education(path, facts)
        if "signing-keys" in path:
            facts["signing_key_id"] = self._signing_key(path)
        if "source" in path or "deliver" in path:
            facts |= self._asked() if "reconciliation" in path else self._source(facts)
        if "deliver" in path:
            facts["delivery_id"] = self._delivery(facts)
        facts |= self._heaps(path, facts)
        return facts | self._stacks(path, facts)

    def _connected(self, path: str) -> Facts:
        """A system that is connected, where the path asks for one."""
        if "client_id" in path:
            return {"client_id": self.api.post("/record-clients", **RECORD_CLIENT)["id"]}
        if "platform_id" in path:
            made = self.api.post("/lti/platforms", **PLATFORM, client_id=f"own-{self.number}")
            return {"platform_id": made["id"]}
        return {}

    def _heaps(self, path: str, facts: Facts) -> Facts:
        """A file of completions, a heap of badges or a watch, where the path asks for one."""
        if "past_id" in path:
            return self._issued_elsewhere()
        if "imports" in path:
            return self._import()
        if "watch_id" in path:
            asked = SAMPLES["POST", "/watches"](facts)["json"]
            return {"watch_id": self.api.post("/watches", **asked)["id"]}
        return {"check_id": self.api.post("/checks", **CHECK)["id"]} if "check_id" in path else {}

    def _stacks(self, path: str, facts: Facts) -> Facts:
        """Definitions, and a pathway with somebody on it, or a credential of somebody else's, where the path asks."""
        if not path.startswith(STACKS) and not path.endswith(STACKS_OF_LEARNERS):
            return {}
        asked_of_stacks.fill(lambda address, body: self.api.put(address, **body))
        if path.startswith(("/plans", "/cohorts")):
            return self._plans(facts)
        if "recognition_id" in path:
            learner = self._award(facts, suspended=False)["learner_id"]
            made = self.api.post(f"/learners/{learner}/recognitions", **asked_of_stacks.recognition())
            if path.endswith("/decide"):
                with self.api.client.app.state.service.database.write() as session:
                    session.get_one(Recognition, made["id"]).state = RecognitionState.ASKED
            return {"recognition_id": made["id"]}
        if not any(each in path for each in ("pathway_id", "enrolment_id", "run_id")):
            return {}
        self.number += 1
        way = asked_of_stacks.pathway("badge-1")
        made = self.api.post("/pathways", slug=f"pw-made-{self.number}", facts=way)
        self.api.post(f"/pathways/{made['id']}/publish")
        learner = self._award(facts, suspended=False)["learner_id"]
        things = {"pathway_id": made["id"], "learner_id": learner}
        if "run_id" in path:
            things = {"run_id": self.api.post(f"/pathways/{made['id']}/mass-enrolments", learners=[learner])["id"]}
        if "enrolment_id" in path:
            things = {"enrolment_id": self.api.post(f"/pathways/{made['id']}/enrolments", learner=learner)["id"]}
        return things

    def _plans(self, facts: Facts) -> Facts:
        """A plan, and a cohort in which nobody is yet."""
        learner = self._award(facts, suspended=False)["learner_id"]
        plan = self.api.post(f"/learners/{learner}/plans", role=asked_of_stacks.NAMES["role"])["items"][0]
        cohort = self.api.post("/cohorts", **asked_of_stacks.cohort(self.number))
        return {"plan_id": plan["id"], "cohort_id": cohort["id"], "learner_id": learner}

    def _framework(self) -> Facts:
        self.api.send("POST", "/frameworks/esco/imports", **asked_of_stacks.FRAMEWORK_FILE)
        (entry,) = self.api.get("/frameworks/esco/entries")["items"]
        return {"item_id": entry["id"]}

    def _award(self, facts: Facts, *, suspended: bool) -> Facts:
        award = self.api.post("/awards", achievement=facts["achievement_id"], recipient={"email": facts["email"]})
        if suspended:
            self.api.post(f"/awards/{award['id']}/suspend", reason="under review")
        return {"award_id": award["id"], "learner_id": award["learner"]}

    def endorsement(self, *, received: bool) -> str:
        """One that Northfield made, or one that the neighbour made of a thing of Northfield's."""
        self.number += 1
        if not received:
            return str(self.api.post("/endorsements", **endorsement_of(self.number))["id"])
        about = f"{self.api.publish(f'e-{self.number}')['page']}/v1"
        return str(self.neighbour.post("/endorsements", about=about, comment="Good training.")["id"])

    def _source(self, facts: Facts) -> Facts:
        settings = {"auth": "bearer", "namespace": "lms.x"}
        source = self.api.post("/sources", name="LMS", type="generic", settings=settings)
        rule = {"activity_id": "BLS", "achievement": facts["achievement_id"]}
        self.api.post(f"/sources/{source['id']}/allowances", achievement=facts["achievement_id"])
        made = self.api.post(f"/sources/{source['id']}/rules", **rule)
        return {"source_id": source["id"], "rule_id": made["id"], "secret": source["secret"]}

    def _asked(self) -> Facts:
        """A source that is asked for what its pushes may have lost."""
        settings = {"auth": "bearer"}
        source = self.api.post("/sources", name="LRS", type="xapi", settings=settings)
        self.api.put(f"/sources/{source['id']}/reconciliation", **RECONCILIATION)
        return {"source_id": source["id"]}

    def _renewable(self, path: str) -> Facts:
        """An achievement whose badges can be renewed, where the path asks that."""
        if not path.endswith(("/renewal", "/renew")):
            return {}
        return {"achievement_id": self.api.publish(f"n-{self.number}", **RENEWABLE)["id"]}

    def _education(self, path: str, facts: Facts) -> Facts:
        """An entry in a ledger, or an activity that counts, where the path names one."""
        if "entry_id" in path:
            return {"entry_id": self.api.post(f"/learners/{facts['learner_id']}/ce-entries", **CE_ENTRY)["id"]}
        if "sample_id" in path:
            return self._sampled(facts)
        if "ce-activities" not in path:
            return {}
        source_id = self._source(facts)["source_id"]
        made = self.api.post("/ce-activities", **CE_WORTH, source=source_id, activity_id="counted")
        return {"source_id": source_id, "ce_activity_id": made["id"]}

    def _sampled(self, facts: Facts) -> Facts:
        """A sample with a badge in it that continuing education renewed."""
        asked = {"method": "ce", "ce": {"unit": CE_ENTRY["unit"], "amount": CE_ENTRY["amount"]}}
        renewal = RENEWABLE["renewal"] | asked
        achievement = self.api.publish(f"c-{self.number}", **RENEWABLE | {"renewal": renewal})
        award = self._award(facts | {"achievement_id": achievement["id"]}, suspended=False)
        done = {**CE_ENTRY, "activity_date": str(clock.now().date())}
        self.api.post(f"/learners/{award['learner_id']}/ce-entries", **done)
        self.api.post(f"/awards/{award['award_id']}/renew")
        sample = self.api.post("/renewals/sample", count=1, achievement=achievement["id"])
        return {"sample_id": str(sample["number"]), "sampled_id": award["award_id"]}

    def _mail(self, path: str, facts: Facts) -> Facts:
        """A template, a suppression or a report by mail, where the path names one."""
        if "subscription_id" in path:
            return {"subscription_id": self.api.post("/report-subscriptions", **SUBSCRIPTION)["id"]}
        if "template_id" in path:
            return {"template_id": self.api.put("/mail/templates", **TEMPLATE)["id"]}
        if "suppression_id" in path:
            return {"suppression_id": self.api.post("/mail/suppressions", address=facts["email"])["id"]}
        return {}

    def _people(self, path: str, facts: Facts) -> Facts:
        """Somebody pending, two who are one, or somebody in a group, where the path needs them."""
        if path.startswith("/groups/"):
            self.api.put(f"/groups/{GROUP}/learners/{facts['learner_id']}")
        if path.endswith(("/assign", "/claim-links")):
            return {"other_learner_id": facts["learner_id"], "learner_id": self._pending()}
        return self._merge(facts, undo="merge_id" in path) if "merge" in path else {}

    def _pending(self) -> str:
        """Somebody whom a source only named; another one each time."""
        self.number += 1
        source = self._source({"achievement_id": self.achievement_id})
        stated = {**COMPLETION, "learner": {"id": f"p-{self.number}"}}
        self._delivery(source, stated)
        return str(self.api.get("/pending-learners")["items"][0]["id"])

    def _merge(self, facts: Facts, *, undo: bool) -> Facts:
        """Two learners, or a merge of two."""
        people = [
            self.api.post("/awards", achievement=self.achievement_id, recipient={"email": f"{part}.{facts['email']}"})
            for part in ("work", "home")
        ]
        kept, gone = (award["learner"] for award in people)
        if not undo:
            return {"learner_id": kept, "other_learner_id": gone}
        return {"merge_id": self.api.post(f"/learners/{kept}/merge", learner=gone)["id"]}

    def _import(self) -> Facts:
        """A source of files, and a file that was checked."""
        settings = {"namespace": "hr.x", "time_zone": "Europe/Vienna"}
        source_id = self.api.post("/sources", name="Files", type="csv", settings=settings)["id"]
        made = self.api.send("POST", f"/sources/{source_id}/imports", **FILE).json()
        Imports(self.api.client.app.state.service, lambda: None).work_through(threading.Event())
        return {"source_id": source_id, "import_id": made["id"]}

    def _issued_elsewhere(self) -> Facts:
        """An award of before, of a published achievement, that may be issued anew."""
        work = Imports(self.api.client.app.state.service, lambda: None).work_through
        source_id = self._import()["source_id"]
        content = f"email,badge_id,issued_at\nmira@x.example,t-{self.number},2024-03-01\n".encode()
        said = {"params": {"issued_by": "Us on Credly", "issued_by_us": "true"}, **FILE, "content": content}
        made = self.api.send("POST", f"/sources/{source_id}/imports", **said).json()
        work(threading.Event())
        self.api.post(f"/imports/{made['id']}/confirm")
        work(threading.Event())
        (past, *_others) = self.api.get("/past-awards")["items"]
        self.api.post(f"/achievements/{past['achievement']}/publish")
        return {"past_id": past["id"]}

    def _ruled(self, path: str) -> Facts:
        """An achievement with a rule document of its own, a completion of it, and the approval that waits for it."""
        achievement_id = self.api.publish(f"r-{self.number}")["id"]
        source = self._source({"achievement_id": achievement_id})
        self.api.post(f"/achievements/{achievement_id}/rules", document=RULE)
        item = {**COMPLETION, "id": f"evt-r-{self.number}", "activity": {"id": "RULED"}}
        delivery = self.api.get(f"/deliveries/{self._delivery(source, item)}")
        waiting = [each for each in self.api.get("/approvals")["items"] if each["achievement"] == achievement_id]
        facts = {
            "achievement_id": achievement_id,
            "completion_id": delivery["answer"]["items"][0]["completion"],
            "approval_id": waiting[0]["id"],
        }
        if "{backfill_id}" in path:
            facts["backfill_id"] = self.api.post("/backfills", achievement=achievement_id)["id"]
        return facts

    def _signing_key(self, path: str) -> str:
        """A key that is not revoked; a pending pair is there, or is not, as the path needs it."""
        is_pending = any(key["state"] == "pending" for key in self.api.get("/signing-keys")["items"])
        if path.endswith("/activate") and not is_pending:
            self.api.post("/signing-keys/prepare")
        if path.endswith("/prepare") and is_pending:
            self.api.post("/signing-keys/activate")
        return next(key["id"] for key in self.api.get("/signing-keys")["items"] if key["state"] == "active")

    def _delivery(self, facts: Facts, stated: Facts = COMPLETION) -> str:
        address = f"http://badges.test/hooks/{facts['source_id']}"
        headers = {"Authorization": f"Bearer {facts['secret']}"}
        answer = self.api.send("POST", address, json=stated, headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["delivery"])


@pytest.fixture
def world(api: Any, phlebotomy: Facts, make_key: Callable[..., str], neighbour: Any) -> World:
    return World(api, phlebotomy, make_key, neighbour)


def test_every_route_has_a_sample_request():
    assert missing({(method, path) for method, path, _ in routes()}, set(SAMPLES)) == set()


def test_a_route_without_a_sample_request_is_found():
    assert missing({("GET", "/tea")}, set()) == {("GET", "/tea")}


def test_every_route_asks_for_a_scope_and_reading_for_no_more_than_read():
    scopes = {(method, path): scope_of(context) for method, path, context in routes()}

    assert None not in scopes.values()
    assert {scope for (method, _), scope in scopes.items() if method == "GET"} == {Scope.READ}
    changing = {scope for (method, path), scope in scopes.items() if method != "GET" and path not in ASKING_BY_BODY}
    assert Scope.READ not in changing
    assert {scopes["POST", path] for path in ASKING_BY_BODY} == {Scope.READ}


@pytest.fixture
def useless_keys(make_key: Callable[..., str], service: Service) -> list[str | None]:
    """No key, malformed ones, one with a wrong secret, an unknown, an expired and a revoked one."""
    good, expired, revoked = make_key(), make_key(), make_key()
    with service.database.write() as session:
        past = clock.now() - timedelta(seconds=1)
        session.execute(update(ApiKey).where(ApiKey.id == expired.split("_")[1]).values(expires_at=past))
        session.execute(update(ApiKey).where(ApiKey.id == revoked.split("_")[1]).values(revoked_at=past))
    wrong_secret = good[:-8] + ("A" * 8)
    unknown = f"lyd_{'A' * 12}_{'A' * 43}"
    return [None, "", "nonsense", f"{good}x", good.upper(), wrong_secret, unknown, expired, revoked]


def test_no_route_opens_without_a_valid_key_and_none_says_why(
    integrator: Callable[..., Any], useless_keys: list[str | None]
):
    bodies = set()
    for method, path, _ in routes():
        for key in useless_keys:
            answer = integrator(key).send(method, path.replace("{number}", "1").replace("{", "").replace("}", ""))
            assert answer.status_code == 401, f"{method} {path} with {key}: {answer.status_code}"
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.headers["cache-control"] == "no-store"
            bodies.add(answer.content)

    assert len(bodies) == 1


def test_a_key_without_the_scope_is_told_which_one_is_missing(
    world: World, make_key: Callable[..., str], integrator: Callable[..., Any]
):
    for method, path, context in routes():
        scope = scope_of(context)
        others = integrator(make_key(*(other for other in Scope if other != scope)))
        address, request = world.request(method, path)

        answer = others.send(method, address, **request)

        assert (answer.status_code, answer.json()["scope"]) == (403, scope), f"{method} {path}"
        assert answer.headers["cache-control"] == "no-store"


def test_a_key_with_just_the_scope_may_and_what_it_is_told_is_not_to_be_stored(
    world: World, make_key: Callable[..., str], integrator: Callable[..., Any]
):
    keys = {scope: integrator(make_key(scope)) for scope in Scope}
    for method, path, context in routes():
        address, request = world.request(method, path)

        answer = keys[Scope(str(scope_of(context)))].send(method, address, **request)

        assert answer.is_success, f"{method} {path}: {answer.text}"
        assert answer.headers["cache-control"] == "no-store", f"{method} {path}"


def test_another_issuer_s_things_answer_as_if_they_were_not_there(world: World, neighbour: Any):
    for method, path, _ in routes():
        if "{" in path and (method, path) not in OWN_NAMES:
            theirs, request = world.request(method, path)
            nothing, request_of_nothing = world.request(method, path, of_nothing=True)

            refused = neighbour.send(method, theirs, **request)
            unknown = neighbour.send(method, nothing, **request_of_nothing)

            assert refused.status_code == 404, f"{method} {path}: {refused.text}"
            assert refused.content == unknown.content, f"{method} {path}"


def test_a_body_cannot_name_another_issuer_s_achievement(world: World, neighbour: Any):
    achievement = world.api.publish("theirs")["id"]
    own = neighbour.post("/sources", name="LMS", type="generic", settings={"namespace": "lms.x"})["id"]
    bodies = {
        "/awards": {"achievement": achievement, "recipient": ANA},
        f"/sources/{own}/rules": {"activity_id": "BLS", "achievement": achievement},
        f"/sources/{own}/allowances": {"achievement": achievement},
    }

    assert {neighbour.refused("POST", path, body)[0] for path, body in bodies.items()} == {404}


def test_no_list_shows_another_issuer_s_things(world: World, neighbour: Any):
    world.request("POST", "/deliveries/{delivery_id}/replay")
    world.request("GET", "/imports/{import_id}")
    world.request("GET", "/checks/{check_id}")
    world.request("GET", "/watches/{watch_id}")
    world.request("POST", "/past-awards/{past_id}/issue")
    world.request("POST", "/learners/{learner_id}/claim-links")
    world.request("POST", "/merges/{merge_id}/undo")
    unmapped = {**COMPLETION, "id": "evt-2", "activity": {"id": "unmapped"}}
    world._delivery(world._source({"achievement_id": world.achievement_id}), unmapped)
    world.api.post("/awards", achievement="badge-1", recipient=ANA)
    for received in (True, False):
        world.endorsement(received=received)
    world.request("GET", "/endorsement-requests/{request_id}")
    world.request("POST", "/asked-endorsements/{request_id}/sign")
    world.request("GET", "/uploaded-endorsements/{endorsement_id}")
    world.request("PUT", "/accreditations/{accreditation_id}")
    world.request("GET", "/backfills/{backfill_id}")
    world.request("GET", "/lti/platforms/{platform_id}")
    world.request("GET", "/endpoints/{endpoint_id}")
    world.request("DELETE", "/record-clients/{client_id}")
    world.request("DELETE", "/mail/templates/{template_id}")
    world.request("DELETE", "/mail/suppressions/{suppression_id}")
    world.request("GET", "/groups/{name}/learners")
    world.request("DELETE", "/report-subscriptions/{subscription_id}")
    world.request("GET", "/pathways/{pathway_id}")
    world.request("GET", "/cohorts/{cohort_id}")
    world.request("POST", "/recognitions/{recognition_id}/revoke")
    with world.api.client.app.state.service.database.write() as session:
        jobs.ask_for_changes(session)
    world.request("GET", "/awards/{award_id}/renewal")
    world.request("PUT", "/ce-activities/{ce_activity_id}")

    for method, path, _ in routes():
        if method == "GET" and "{" not in path and path not in NO_LISTS:
            params = {"email": ANA["email"]} if path == "/learners" else {}
            ours = {item.get("id") or item.get("achievement") for item in world.api.get(path, **params)["items"]}
            theirs = {item.get("id") for item in neighbour.get(path, **params)["items"]}
            assert ours, path
            assert not ours & theirs, path


def test_what_is_answered_where_there_is_no_route_is_not_to_be_stored_either(api: Any):
    some = [api.send("GET", "/no/such/thing"), api.send("DELETE", "/issuer"), api.send("GET", "/openapi.json")]

    assert {answer.headers["cache-control"] for answer in some} == {"no-store"}


@pytest.mark.parametrize("query", ["api_key={}", "x={}", "access_token=x", "a=b&api_key=x", "x=%6cyd_AAAAAAAAAAAA_AA"])
def test_a_key_in_the_address_is_refused_with_a_sentence(api: Any, make_key: Callable[..., str], query: str):
    answer = api.send("GET", f"/issuer?{query.format(make_key())}")

    assert answer.status_code == 400
    assert answer.json()["type"] == "http://badges.test/problems/key-in-address"


def test_the_use_of_a_key_is_noted_to_the_minute(api: Any, service: Service):
    api.get("/issuer")
    with service.database.read() as session:
        first = session.query(ApiKey).one().last_used_at
    with service.database.write() as session:
        session.execute(update(ApiKey).values(last_used_at=clock.now() - timedelta(seconds=90)))

    api.get("/issuer")

    assert first is not None
    assert api.get("/keys")["items"][0]["last_used_at"] >= f"{first:%Y-%m-%dT%H:%M:%S}"


def test_keys_are_listed_without_secrets_and_end_at_once(
    api: Any, make_key: Callable[..., str], integrator: Callable[..., Any]
):
    text = make_key(Scope.READ)
    _, key_id, secret = text.split("_", 2)

    listed = api.send("GET", "/keys").text
    api.send("DELETE", f"/keys/{key_id}")

    assert key_id in listed
    assert secret not in listed
    assert integrator(text).send("GET", "/issuer").status_code == 401
