"""Every page of learners and assessors, against everybody whose it is not: they learn not even that it is there.

The routes are taken from the application: one that is in no table fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app import clock
from app.issuing import awards, badge_connect, definitions, hosts, pathways, watches
from app.issuing.accounts import tokens
from app.issuing.definitions import Kind
from app.issuing.issuers import Issuer
from app.service import Service
from tests.badges_elsewhere import badge
from tests.endorsers import endorser
from tests.routes_of import routes_of

ANA = "ana.ortiz@example.org"
Enter = Callable[..., Any]
WAY = {
    "name": "A way",
    "stack_type": "horizontal",
    "completion": "first",
    "nodes": [{"id": "first", "name": "First", "condition": {"credential": "bls"}}],
    "open_to_learners": True,
}

EDUCATION = {"title": "A course", "unit": "hour", "amount": "2", "activity_date": "2026-03-01"}

# Method, path with {names} of Ana's things, and the fields of a form that would work.
OF_A_THING = [
    ("GET", "/me/badges/{award}", {}),
    ("GET", "/me/badges/{award}.json", {}),
    ("POST", "/me/badges/{award}/answer", {"answer": "decline"}),
    ("POST", "/me/badges/{award}/shown", {"visibility": "public"}),
    ("POST", "/me/badges/{award}/links", {"days": "7"}),
    ("POST", "/me/badges/{award}/links/end", {"link": "{link}"}),
    ("POST", "/me/badges/{award}/evidence", {"name": "x", "text": "x"}),
    ("POST", "/me/badges/{award}/evidence/change", {"evidence": "{evidence}", "act": "remove"}),
    ("GET", "/me/portfolios/{portfolio}", {}),
    ("POST", "/me/portfolios/{portfolio}", {"title": "x", "visibility": "public"}),
    ("POST", "/me/portfolios/{portfolio}/badges", {"award": "{award}"}),
    ("POST", "/me/portfolios/{portfolio}/delete", {}),
    ("GET", "/me/elsewhere/{kept}", {}),
    ("GET", "/me/elsewhere/{kept}/file", {}),
    ("POST", "/me/elsewhere/{kept}/check", {}),
    ("POST", "/me/elsewhere/{kept}/remove", {}),
    ("GET", "/me/applications/{application}", {}),
    ("POST", "/me/applications/{application}/evidence", {"name": "x", "text": "x"}),
    ("POST", "/me/applications/{application}/evidence/remove", {"evidence": "{paper}"}),
    ("GET", "/me/applications/{application}/evidence/{paper}", {}),
    ("POST", "/me/applications/{application}/again", {}),
    ("POST", "/me/applications/{application}/withdraw", {}),
    ("POST", "/me/pathways/join", {"issuer": "northfield", "pathway": "pw-open"}),
    ("POST", "/me/pathways/leave", {"enrolment": "{enrolment}"}),
    ("POST", "/me/pathways/move", {"enrolment": "{enrolment}"}),
    ("POST", "/me/badges/{award}/record", {}),
    ("POST", "/me/badges/{award}/wallet", {}),
    ("POST", "/me/skills/rate", {"issuer": "northfield", "skill": "sk-x", "level": "3"}),
    ("POST", "/me/skills/unrate", {"issuer": "northfield", "skill": "sk-x"}),
    ("POST", "/me/gap/target", {"role": "role:northfield/role-x"}),
    ("POST", "/me/plans", {"target": "role:northfield/role-x"}),
    ("POST", "/me/plans/two-by-two", {"target": "role:northfield/role-x"}),
    ("GET", "/me/plans/{plan}", {}),
    ("GET", "/me/plans/{plan}.pdf", {}),
    ("GET", "/me/plans/{plan}.ics", {}),
    ("POST", "/me/plans/{plan}/refresh", {}),
    ("POST", "/me/plans/{plan}/end", {}),
    ("POST", "/me/credentials", {"credential": "northfield/ext-x", "issued_on": "2026-01-15", "evidence_text": "x"}),
    ("POST", "/me/renewals/entries", {"learner": "{learner}", **EDUCATION}),
    ("POST", "/me/renewals/entries/void", {"learner": "{learner}", "entry": "{entry}"}),
    ("POST", "/me/settings/names/shown", {"learner": "{learner}", "shown": "yes"}),
    ("POST", "/me/settings/names", {"learner": "{learner}", "name": "Somebody"}),
    ("POST", "/me/settings/names/withdraw", {"learner": "{learner}", "request": "{request}"}),
    ("POST", "/me/settings/mail", {"learner": "{learner}", "digests": "no"}),
    ("POST", "/me/settings/browsers/end", {"browser": "{browser}"}),
    ("POST", "/me/settings/health-records", {"learner": "{learner}", "shared": "yes"}),
    ("POST", "/me/settings/watches", {"watch": "{watch}", "act": "agree"}),
    ("POST", "/me/settings/apps/end", {"app": "{app}"}),
    ("GET", "/me/hosts/{connection}", {}),
    ("POST", "/me/hosts/{connection}/send", {"award": "{award}"}),
    ("POST", "/me/hosts/{connection}/again", {}),
    ("POST", "/me/hosts/{connection}/end", {}),
    ("GET", "/me/hosts/answer/{host}", {}),
]
# What is everybody's own: whoever is signed in gets their own things there, and only these.
OF_ONESELF = [
    ("GET", "/me"), ("POST", "/me/accept"),
    ("GET", "/me/elsewhere"), ("POST", "/me/elsewhere"),
    ("GET", "/me/portfolios"), ("POST", "/me/portfolios"),
    ("GET", "/me/applications"), ("GET", "/me/applications/new"), ("POST", "/me/applications/new"),
    ("GET", "/me/pathways"), ("GET", "/me/skills"), ("GET", "/me/gap"), ("GET", "/me/plans"), ("GET", "/me/plans/new"),
    ("GET", "/me/start"), ("GET", "/me/moves"), ("GET", "/me/credentials"),
    ("GET", "/me/renewals"), ("POST", "/me/renewals/calendar"),
    ("GET", "/me/settings"), ("POST", "/me/settings/language"),
    ("POST", "/me/settings/addresses"), ("POST", "/me/settings/addresses/remove"),
    ("GET", "/me/hosts"), ("POST", "/me/hosts"),
    ("GET", "/me/download"), ("POST", "/me/download"),
    ("GET", "/me/delete"), ("POST", "/me/delete"), ("POST", "/me/delete/link"),
]  # fmt: skip
# Whoever is signed in may answer what a program asks of nobody by name.
OF_WHOEVER_ANSWERS = [("GET", "/me/apps/{question}"), ("POST", "/me/apps/{question}")]
DESK = "/staff/northfield/awards/applications"
AT_THE_DESK = [
    ("GET", DESK, {}),
    ("GET", f"{DESK}/list.csv", {}),
    ("GET", f"{DESK}/evidence", {}),
    ("POST", f"{DESK}/evidence/{{evidence}}", {"act": "sign"}),
    ("GET", f"{DESK}/settings", {}),
    ("POST", f"{DESK}/settings", {}),
    ("GET", f"{DESK}/{{application}}", {}),
    ("POST", f"{DESK}/{{application}}", {"act": "approve", "reason": "x"}),
    ("GET", f"{DESK}/{{application}}/evidence/{{paper}}", {}),
]


@pytest.fixture
def things(enter: Enter, award: Any, make_achievement: Any, service: Service, issuer: Issuer) -> dict[str, str]:
    """One of each of Ana's things, by the name that the tables use."""
    wanted = make_achievement("bls", name="Basic Life Support")
    ana = enter(ANA)
    badge, settings = f"/me/badges/{award.id}", "/me/settings"
    ana.post(f"{badge}/links", days="7")
    ana.post(f"{badge}/evidence", name="A letter", text="Kind words", is_to_be_signed="yes")
    portfolio = ana.post("/me/portfolios", title="Mine").headers["location"].rsplit("/", 1)[1]
    account = ana.get(settings).text
    learner = re.search(r'name="learner" value="([^"]+)"', account)[1]
    ana.post(f"{settings}/names", learner=learner, name="Ana Vega")
    ana.post(f"{badge}/answer", answer="accept")
    ana.post("/me/renewals/entries", learner=learner, **EDUCATION)
    shown = ana.get(badge).text
    return {
        "award": award.id,
        "link": re.search(r'name="link" value="([^"]+)"', shown)[1],
        "evidence": re.search(r'name="evidence" value="([^"]+)"', shown)[1],
        "portfolio": portfolio,
        "kept": ana.post("/me/elsewhere", badge=_elsewhere()).headers["location"].rsplit("/", 1)[1],
        "learner": learner,
        "entry": re.search(r'name="entry" value="([^"]+)"', ana.get("/me/renewals").text)[1],
        "request": re.search(r'name="request" value="([^"]+)"', ana.get(settings).text)[1],
        "browser": tokens.digest(ana.client.cookies["lanyard"]),
        "watch": _watch(service, issuer, award.id),
        "app": _app(service, ana.account_id),
        **_host(service, ana.account_id),
        **_application(ana, wanted.id),
        **_ways(ana, service, issuer),
    }


def _elsewhere() -> str:
    """A badge that somebody else issued to Ana."""
    return badge(endorser("Dales Hospital"), ANA).decode()


def _watch(service: Service, issuer: Issuer, award_id: str) -> str:
    """The wish of an organisation to be told what becomes of a badge."""
    with service.database.write() as session:
        award = awards.by_id(session, award_id)
        return watches.ask(
            session, service.office, issuer, award, purpose="staffing", recipient="hr@example.org", actor="test"
        ).id


def _app(service: Service, account_id: str) -> str:
    """A program that Ana lets in."""
    home = "https://portfolio.example/"
    stated = dict.fromkeys(badge_connect.clients.ADDRESSES, home) | {"redirect_uris": [home]}
    stated |= {
        "client_name": "P",
        "software_id": "p",
        "software_version": "1",
        "scope": " ".join(badge_connect.V3_SCOPES),
    }
    with service.database.write() as session:
        client, _secret = badge_connect.clients.register(session, service.office, stated)
        facts = {"scopes": client.scopes, "redirect_uri": home, "code": "code", "challenge": "c" * 43}
        badge_connect.grants.let_in(session, account_id, client, **facts).code_used_at = clock.now()
        return client.id


def _host(service: Service, account_id: str) -> dict[str, str]:
    """A host to which Ana sends badges."""
    about = hosts.Described("https://host.example/discovery", "host.example", *["https://host.example/"] * 4)
    with service.database.write() as session:
        office = service.office
        host = hosts.connecting.keep(session, office, about, host_id=clock.new_id(), client_id="us", secret="x")
        given = hosts.Tokens("x", None)
        made = hosts.connecting.connect(session, office, account_id, host, given, seconds=None)
        return {"host": host.id, "connection": made.id}


def _ways(ana: Any, service: Service, issuer: Issuer) -> dict[str, str]:
    """A plan, and a place on a pathway."""
    defined: dict[Kind, tuple[str, dict[str, Any]]] = {
        Kind.SKILL: ("sk-x", {"name": "X"}),
        Kind.ROLE: ("role-x", {"name": "X", "requires": [{"skill": "sk-x", "level": 1}]}),
        Kind.RECOGNISED: ("ext-x", {"name": "X", "abbreviation": "X", "issued_by": "X"}),
    }
    with service.database.write() as session:
        for kind, (slug, facts) in defined.items():
            definitions.put(session, issuer, kind, slug, definitions.parse(kind, facts), actor="test")
        row = pathways.create(session, issuer, slug="pw-open", facts=pathways.parse(WAY), actor="test")
        pathways.publish(session, row, actor="test")
    ana.post("/me/pathways/join", issuer="northfield", pathway="pw-open")
    page = ana.get("/me/pathways").text
    plan = ana.post("/me/plans", target="role:northfield/role-x").headers["location"].rsplit("/", 1)[1]
    return {"enrolment": re.search(r'name="enrolment" value="([^"]+)"', page)[1], "plan": plan}


def _application(ana: Any, achievement_id: str) -> dict[str, str]:
    said = {"statement": "x", "kind": "informal", "name": "A", "text": "B"}
    path = ana.post("/me/applications/new", achievement=achievement_id, **said).headers["location"]
    paper = re.search(r'name="evidence" value="([^"]+)"', ana.get(path).text)[1]
    return {"application": path.rsplit("/", 1)[1], "paper": paper}


def filled(things: dict[str, str], path: str, fields: dict[str, str]) -> tuple[str, dict[str, str]]:
    return path.format(**things), {name: value.format(**things) for name, value in fields.items()}


def ask(browser: Any, method: str, path: str, fields: dict[str, str]) -> int:
    answer = browser.get(path) if method == "GET" else browser.post(path, **fields)
    return int(answer.status_code)


def test_what_is_ana_s_is_there_for_nobody_else(enter: Enter, things: dict[str, str], issuer: Issuer, make_issuer: Any):
    elsewhere = make_issuer("southgate", "Southgate Hospital")
    strangers = [
        enter("somebody.else@example.org"),
        enter("olga@example.org", role="owner", at=issuer),
        enter("otto@example.org", role="owner", at=elsewhere),
    ]

    answers = {
        (method, path, number): ask(browser, method, *filled(things, path, fields))
        for number, browser in enumerate(strangers)
        for method, path, fields in OF_A_THING
    }

    assert {key: status for key, status in answers.items() if status != 404} == {}


def test_whoever_is_not_signed_in_is_led_to_where_one_does(client: TestClient, things: dict[str, str]):
    client.headers.update({"Accept": "text/html", "Origin": "http://badges.test"})
    every = [(method, *filled(things, path, fields)) for method, path, fields in [*OF_A_THING, *AT_THE_DESK]]
    every += [(method, path, {}) for method, path in OF_ONESELF]

    answers = {
        (method, path): client.request(method, path, data=fields, follow_redirects=False)
        for method, path, fields in every
    }

    assert {key: answer.status_code for key, answer in answers.items() if answer.status_code != 303} == {}
    assert all("/sign-in" in answer.headers["location"] for answer in answers.values())


def test_the_desk_of_assessors_is_there_for_no_learner_and_no_other_issuer(
    enter: Enter, things: dict[str, str], make_issuer: Any
):
    otto = enter("otto@example.org", role="owner", at=make_issuer("southgate", "Southgate Hospital"))
    ana = enter(ANA)

    answers = {
        path: (ask(otto, method, *filled(things, path, fields)), ask(ana, method, *filled(things, path, fields)))
        for method, path, fields in AT_THE_DESK
    }

    assert set(answers.values()) == {(404, 303)}


def test_an_issuer_s_own_desk_decides_about_no_application_of_another(
    enter: Enter, things: dict[str, str], make_issuer: Any
):
    otto = enter("otto@example.org", role="owner", at=make_issuer("southgate", "Southgate Hospital"))
    own_desk = "/staff/southgate/awards/applications"

    for method, path, fields in [each for each in AT_THE_DESK if "{" in each[1]]:
        moved, stated = filled(things, path.replace(DESK, own_desk), fields)
        assert ask(otto, method, moved, stated) == 404


def test_only_roles_that_review_see_applications(enter: Enter, things: dict[str, str], issuer: Issuer):
    roles = ("owner", "awarder", "reviewer", "designer", "auditor")
    browsers = {role: enter(f"{role}@example.org", role=role, at=issuer) for role in roles}

    seen = {role: each.get(f"{DESK}/{things['application']}").status_code for role, each in browsers.items()}

    assert seen == {"owner": 200, "awarder": 200, "reviewer": 200, "designer": 403, "auditor": 403}


def test_every_page_of_learners_and_assessors_is_in_a_table(client: TestClient):
    tables = [*OF_A_THING, *OF_ONESELF, *OF_WHOEVER_ANSWERS, *AT_THE_DESK]
    listed = {(method, _pattern(path)) for method, path, *_fields in tables}
    found = set()
    for route in routes_of(client.app):  # type: ignore[arg-type]  # the application
        path = str(route.path).replace("/staff/{slug}", "/staff/northfield")
        if re.match(rf"/me(/|$)|{DESK}", path):
            found |= {(method, _pattern(path)) for method in route.methods or set()}

    assert found - listed == set()


def _pattern(path: str) -> str:
    return re.sub(r"\{[^}]+\}(?:\.\w+)?", "{}", path).replace("list.csv", "list.{}")
