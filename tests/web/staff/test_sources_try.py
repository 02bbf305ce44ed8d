"""Trying a sample: what is understood, what would come of it, and that nothing of it stays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app.issuing import sources
from app.issuing.achievements import Achievement
from app.issuing.completions import Completion
from app.issuing.inbox import Delivery
from app.issuing.issuers import Issuer
from app.service import Service
from app.web.staff.sources_samples import SAMPLES

from .arriving import connect, fact

ROOT = "/staff/northfield/sources"
SETTINGS: dict[str, dict[str, Any]] = {
    "canvas": {"root_account_uuid": "YOUR-ROOT-ACCOUNT-UUID", "jwks_url": "https://canvas.example/jwks.json"},
    "csv": {"namespace": "hr.test", "time_zone": "UTC", "score_unit": "percent"},
    "cornerstone": {"auth": "bearer"},
    "moodle": {"host": "lms.example.org"},
    "openedx": {"host": "courses.example.org"},
    "scormcloud": {"app_id": "APP"},
    "generic": {"namespace": "lms.test"},
}
MAPPING = {
    "items": "records",
    "kind": {"expression": "state", "values": {"DONE": "completed"}},
    "learner": {"id": "no", "email": "mail"},
    "activity": {"id": "course"},
}
OTHER_SHAPE = json.dumps(
    {"records": [{"state": "DONE", "no": 7, "mail": "ana@hospital.example.org", "course": "PHLB-101"}]}
)


@pytest.fixture
def olga(enter: Callable[..., Any], issuer: Issuer) -> Any:
    """The owner."""
    return enter("olga@example.org", role="owner", at=issuer)


def stored(service: Service) -> int:
    with service.database.read() as session:
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in (Delivery, Completion))


def test_a_sample_tells_what_would_come_of_it_and_nothing_is_stored(
    olga: Any, service: Service, issuer: Issuer, make_achievement: Callable[..., Achievement]
):
    source, _ = connect(service, issuer, earns=make_achievement())

    page = olga.post(f"{ROOT}/{source.id}/try", body=json.dumps(fact()), do="try").text

    assert "1 item was found" in page
    assert "Badge awarded" in page
    assert "person-7@hospital.example.org" in page
    assert stored(service) == 0


def test_the_example_of_each_platform_is_a_completion_there(olga: Any, service: Service, issuer: Issuer):
    for kind, sample in SAMPLES.items():
        source, _ = connect(service, issuer, source_type=kind, **SETTINGS.get(kind, {"learning_kind": "course"}))
        offered = olga.get(f"{ROOT}/{source.id}/try?example=yes").text

        page = olga.post(f"{ROOT}/{source.id}/try", body=sample, do="try").text

        assert ("mira" in offered.lower() or "mholm" in offered, "A completion" in page) == (True, True), kind


def test_a_mapping_is_tried_before_it_is_saved_and_reads_deliveries_after(olga: Any, service: Service, issuer: Issuer):
    source, _ = connect(service, issuer)
    mapping = json.dumps(MAPPING)

    tried = olga.post(f"{ROOT}/{source.id}/try", body=OTHER_SHAPE, mapping=mapping, do="try").text
    with service.database.read() as session:
        before = sources.by_id(session, source.id).settings
    olga.post(f"{ROOT}/{source.id}/try", body=OTHER_SHAPE, mapping=mapping, do="save")
    with service.database.read() as session:
        after = sources.by_id(session, source.id).settings

    assert "Field by field" in tried
    assert re.search(r"<code>mail</code></td><td class=.long.>&#34;ana@hospital", tried)
    assert "mapping" not in before
    assert after["mapping"] == MAPPING


def test_what_cannot_be_tried_is_told_and_nothing_is_stored(olga: Any, service: Service, issuer: Issuer):
    source, _ = connect(service, issuer)
    wrong = {
        "Paste a body, or choose a file": {"body": ""},
        "A header is written as": {"body": "{}", "headers": "nonsense"},
        "This is no JSON": {"body": "{}", "mapping": "{broken"},
        "learner": {"body": "{}", "mapping": '{"kind": {"always": "completed"}}', "do": "save"},
        "not JSON": {"body": "{broken"},
    }

    for sentence, fields in wrong.items():
        answer = olga.post(f"{ROOT}/{source.id}/try", **{"do": "try", **fields})
        assert (answer.status_code in {400, 422}, sentence in answer.text) == (True, True), sentence

    assert stored(service) == 0


def test_a_file_is_tried_as_well(olga: Any, service: Service, issuer: Issuer):
    source, _ = connect(service, issuer, source_type="csv", **SETTINGS["csv"])

    answer = olga.post(f"{ROOT}/{source.id}/try", files={"file": ("list.csv", SAMPLES["csv"].encode(), "text/csv")})

    assert "A completion" in answer.text
