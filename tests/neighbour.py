"""Another Lanyard, at https://neighbour.example: a stranger's service whose badges are real."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from app import service as services
from app.issuing import achievements, award_status, awards, issuers, learners, signing_keys, status_lists
from app.issuing.achievement_facts import parse
from app.issuing.awards import Award, Earned
from app.main import application
from app.outbound.network import Network
from app.service import Service
from app.settings import Settings
from tests.strangers import Answer

HOST = "neighbour.example"
FACTS: dict[str, Any] = {
    "name": "Wound Care",
    "abbreviation": "WND",
    "description": "Cleans and dresses wounds.",
    "criteria_narrative": "Pass the practical examination.",
    "skills": [{"name": "Dressing", "url": "https://skills.example/dressing", "level": 3}],
    "assessment_method": "observed",
}


@dataclass
class Neighbour:
    """The other service and one badge of it."""

    service: Service
    client: TestClient
    award: Award

    @property
    def did(self) -> str:
        """The issuer."""
        return f"did:web:{HOST}:issuers:dales"

    @property
    def address(self) -> str:
        """The badge's page."""
        return f"https://{HOST}/b/{self.award.id}"

    def file(self, suffix: str) -> bytes:
        """The badge as a file: json, jwt or png."""
        return self.client.get(f"/b/{self.award.id}.{suffix}").content

    def answer(self, path: str, accept: str) -> Answer:
        """What its host says."""
        found = self.client.get(path, headers={"Accept": accept}, follow_redirects=False)
        headers = {name: value for name, value in found.headers.items() if name in ("link", "location")}
        return Answer(found.content, found.headers.get("content-type", ""), found.status_code, headers)

    def revoke(self) -> None:
        """Withdraw the badge."""
        with self.service.database.write() as session:
            award = awards.by_id(session, self.award.id)
            award_status.revoke(session, self.service.office, award, reason="issued in error", actor="test")


@contextmanager
def neighbour(settings: Settings, database_url: str, folder: Path) -> Iterator[Neighbour]:
    """The other service, on a database with empty tables."""
    folder.mkdir(exist_ok=True)
    service = services.build(
        settings.model_copy(
            update={
                "public_base_url": f"https://{HOST}",
                "database_url": database_url,
                "keys_dir": folder / "keys",
                "var_dir": folder / "var",
            }
        )
    )
    made = application(service, network=Network(resolve=_nobody))
    with TestClient(made, base_url=f"https://{HOST}") as client:
        yield Neighbour(service, client, _award(service))


def _nobody(host: str, port: int) -> list[str]:
    raise OSError(f"{host}:{port} is not there")


def _award(service: Service) -> Award:
    with service.database.write() as session:
        issuer = issuers.create(
            session, slug="dales", name="Dales Hospital", url="https://dales.example/", actor="test"
        )
        signing_keys.rotate(session, service.office, issuer, actor="test")
        status_lists.open_lists(session, service.office, issuer)
        achievement = achievements.create(session, issuer, slug="wnd", facts=parse(FACTS), actor="test")
        achievements.publish(session, service.office, achievement, actor="test")
        named = {"namespace": None, "source_id": None, "email": "bo@dales.example", "display_name": "Bo"}
        learner = learners.resolve(session, issuer, **named)
        assert learner is not None
        earned = Earned(achievement, learner, datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
        return awards.award(session, service.office, earned, actor="test").award
