"""A running service with one of everything, and the addresses of every page it has."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from fastapi import FastAPI

from app import clock, migrating
from app import service as services
from app.issuing import achievements, awards, issuers, learners
from app.issuing.awards import Earned
from app.main import application
from app.service import Service
from app.settings import Mode, Settings
from tests.everything import Everything
from tests.routes_of import routes_of

COOKIES = {"learner": "learner", "staff": "owner"}
DOORWAYS = ("/sign-in", "/staff/sign-in", "/staff/forgotten", "/staff/welcome")  # which nobody passes who is inside
NO_PAGES = {
    "/oidc/answer": "only a provider's answer leads there",
    "/metrics": "numbers for a program that has the token",
    "/oembed": "JSON about another page, which has to be named",
    "/credentials/status/{list_id}/{kid}": "JSON of the VC-API, which is off",
    "/fhir/{slug}/metadata": "JSON of FHIR",
    "/fhir/{slug}/StructureDefinition/{name}": "JSON of FHIR",
    "/fhir/{slug}/SearchParameter/{name}": "JSON of FHIR",
    "/fhir/{slug}/OperationDefinition/{name}": "JSON of FHIR",
    "/fhir/{slug}/CodeSystem/{name}": "JSON of FHIR",
    "/fhir/{slug}/.well-known/smart-configuration": "JSON of SMART",
    "/.well-known/openid-credential-issuer/wallets/{slug}": "JSON of OpenID4VCI",
    "/.well-known/oauth-authorization-server/wallets/{slug}": "JSON of OAuth",
    "/me/hosts/answer/{host_id}": "only a host's answer leads there",
    "/ims/ob/v3p0/discovery": "JSON of Open Badges 3.0",
    "/.well-known/badgeconnect.json": "JSON of Open Badges 2.1",
    "/ims/ob/v3p0/oauth/authorize": "only a program's question leads there, and on to a page",
}
# What pages show only when they are asked for something, in the names of things.
QUESTIONS = {
    "/verify": ["badge={base_url}/b/{award_id}"],
    "/compare": ["a={achievement_id}&a={ruled}", "q=phleb"],
    "/catalogue": ["q=phleb", "q=nothing-like-this"],
    "/me/gap": ["role=role:northfield/role-aide"],
    "/me/plans/new": ["target=role:northfield/role-aide&hours=4", "target=pathway:northfield/pw-open&format=workshop"],
    "/me/start": ["wants=up&hours=2"],
    "/staff/{slug}/achievements/{achievement_id}/rules/why": ["person={learner_id}"],
    "/staff/{slug}/desk/people": ["skill=sk-bls&level=1", "skill=nothing"],
    "/staff/{slug}/people": ["q=nobody"],
    "/staff/{slug}/pathways": ["archived=yes"],
    "/staff/{slug}/pathways/{pathway_id}/people": ["q=nobody", "without=first"],
    "/staff/{slug}/pathways/{pathway_id}/enrol": ["q=somebody", "q=nobody-is-called-so"],
    "/staff/{slug}/definitions/{kind}": ["q=nothing", "archived=yes"],
    "/staff/{slug}/cohorts/{cohort_id}": ["q=somebody", "q=nobody-is-called-so"],
    "/staff/{slug}/frameworks/{framework}": ["q=nothing", "below=http://esco.example/S1"],
    "/staff/{slug}/people/{learner_id}/merge": ["other={other_learner_id}"],
    "/staff/{slug}/settings/keys/revoke": ["kid={kid}"],
    "/staff/{slug}/settings/mail/words/edit": ["id={template_id}"],
}
NOTHING_UNASKED = {"/staff/{slug}/settings/keys/revoke"}  # which are no pages without a question
# These once more, for people whose names are hard to set; lists show them anyway.
ODD = {
    "public": ["/b/{award_id}"],
    "learner": [],
    "staff": ["/staff/{slug}/awards/{award_id}", "/staff/{slug}/people/{learner_id}"],
}
ODD_NAMES = ("محمد عبد الرحمن الأنصاري", "Wolfeschlegelsteinhausenbergerdorff" * 5)


@dataclass
class House:
    """A running service with one of everything."""

    base_url: str
    world: Everything
    application: FastAPI
    odd: list[dict[str, str]]  # award and learner of each odd name

    def filled(self, path: str, **others: str) -> str:
        """The path with a real thing in the place of each parameter. Raises KeyError for one that nobody made."""
        things = self.world.things | others

        def thing(match: re.Match[str]) -> str:
            special = [key for key in things if path.startswith(key) and key.rfind("{") == match.start()]
            return things[max(special, key=len)] if special else things[match[1]]

        return re.sub(r"\{(\w+)\}", thing, path)

    def pages(self, audience: str) -> list[str]:
        """The addresses of everything that this audience may look at; `UNFILLED …` for what nobody made."""
        found = []
        for route in routes_of(self.application):
            path, tags = str(route.path), {str(tag) for tag in route.tags}
            if "GET" not in (route.methods or set()) or path in NO_PAGES or audience not in _audiences(path, tags):
                continue
            try:
                found += [self.filled(path)] if path not in NOTHING_UNASKED else []
                found += [f"{self.filled(path)}?{self.filled(asked)}" for asked in QUESTIONS.get(path, ())]
            except KeyError as missing:
                found.append(f"UNFILLED {path}: {missing}")
        return found + [self.filled(path, **things) for things in self.odd for path in ODD[audience]]


def _audiences(path: str, tags: set[str]) -> set[str]:
    if path.startswith(DOORWAYS) or tags & {"public", "operator"}:
        return {"public"}
    return tags


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One service for every page: nobody changes anything here."""
    folder = tmp_path_factory.mktemp("house")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        base_url = f"http://localhost:{listening.getsockname()[1]}"
        settings = Settings(
            _env_file=None,
            mode=Mode.DEVELOPMENT,
            public_base_url=base_url,
            secret="a secret of the tests, and of nothing else",
            database_url=f"sqlite:///{folder}/lanyard.sqlite3",
            keys_dir=folder / "keys",
            var_dir=folder / "var",
            run_worker=False,
        )
        migrating.upgrade(settings.database_url)
        service = services.build(settings)
        world = Everything(service)
        made = application(service)
        server = uvicorn.Server(uvicorn.Config(made, log_config=None, lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        world.things |= {"base_url": base_url, "ruled": world.things["/api/v1/achievements/{achievement_id}/rules"]}
        yield House(base_url, world, made, [_award(service, world, name) for name in ODD_NAMES])
        server.should_exit = True
        thread.join(timeout=10)
        service.close()


def _award(service: Service, world: Everything, name: str) -> dict[str, str]:
    """A badge of somebody with this name, which they show."""
    with service.database.write() as session:
        achievement = achievements.by_id(session, world.things["achievement_id"])
        issuer = issuers.by_id(session, achievement.issuer_id)
        who = {"namespace": None, "source_id": None, "email": f"{len(name)}@example.org", "display_name": name}
        learner = learners.resolve(session, issuer, **who)
        assert learner is not None
        learner.name_shown = True
        earned = Earned(achievement, learner, clock.now(), narrative=name)
        made = awards.award(session, service.office, earned, actor="test").award
        return {"award_id": made.id, "learner_id": learner.id}
