"""Sources at work: the list, one at a glance, settings, secrets, which activity earns what, and asking the platform."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.issuing import sources
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.inbox import Delivery
from app.issuing.issuers import Issuer
from app.issuing.reconciling import Reconciliation
from app.issuing.sources import Source
from app.service import Service

from .arriving import connect, fact, send

ROOT = "/staff/northfield/sources"


@pytest.fixture
def olga(enter: Callable[..., Any], issuer: Issuer) -> Any:
    """The owner."""
    return enter("olga@example.org", role="owner", at=issuer)


@pytest.fixture
def phlebotomy(make_achievement: Callable[..., Achievement]) -> Achievement:
    return make_achievement()


def kept(service: Service, source: Source) -> Source:
    with service.database.read() as session:
        return sources.by_id(session, source.id)


def secrets_of(service: Service, source: Source) -> list[str]:
    return [secret.value for secret in sources.config(service.office, kept(service, source)).secrets]


def count(service: Service, table: Any) -> int:
    with service.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_an_issuer_without_sources_is_led_to_connect_one(olga: Any):
    page = olga.get(ROOT)

    assert "No platform is connected yet" in page.text
    assert f'href="{ROOT}/new"' in page.text


def test_the_list_says_what_came_lately_and_what_waits(
    olga: Any, service: Service, issuer: Issuer, client: TestClient, phlebotomy: Achievement
):
    source, secret = connect(service, issuer, earns=phlebotomy)
    send(client, source.id, secret, fact())
    send(client, source.id, secret, fact("8", activity={"id": "other"}))
    send(client, source.id, secret, raw=b"{broken")

    page = olga.get(ROOT).text
    row = page[page.index("Our LMS") :]

    assert re.findall(r'class="number"[^>]*>(?:<a [^>]+>)?(\d+)', row) == ["3", "1", "1"]
    assert f"standing=failed&amp;standing=unparseable&amp;source={source.id}" in row


def test_a_source_at_a_glance_says_why_deliveries_were_refused(
    olga: Any, service: Service, issuer: Issuer, client: TestClient
):
    source, _secret = connect(service, issuer)
    assert send(client, source.id, "another secret altogether", fact()).status_code == 401

    page = olga.get(f"{ROOT}/{source.id}").text

    assert "Why deliveries were refused" in page
    assert "1 time:" in page


def test_a_source_that_is_off_answers_its_sender_to_stop_and_one_that_is_on_again_takes_deliveries(
    olga: Any, service: Service, issuer: Issuer, client: TestClient
):
    source, secret = connect(service, issuer)

    olga.post(f"{ROOT}/{source.id}/state", state="disabled")
    stopped = send(client, source.id, secret, fact())
    olga.post(f"{ROOT}/{source.id}/state", state="active")

    assert stopped.status_code == 410
    assert send(client, source.id, secret, fact()).status_code == 200


def test_settings_are_changed_and_the_secret_stays(olga: Any, service: Service, issuer: Issuer):
    source, secret = connect(service, issuer)
    form = {"auth": "bearer", "name": "The LMS", "namespace": "other.test", "raw_kept_days": "7", "time_zone": ""}

    answer = olga.post(f"{ROOT}/{source.id}/settings", **form)

    changed = kept(service, source)
    assert answer.headers["location"] == f"{ROOT}/{source.id}"
    assert (changed.name, changed.settings, changed.raw_kept_days) == (
        "The LMS",
        {"namespace": "other.test", "auth": "bearer"},
        7,
    )
    assert secrets_of(service, source) == [secret]


def test_a_mapping_survives_settings_that_do_not_ask_for_it(olga: Any, service: Service, issuer: Issuer):
    mapping = {"kind": {"always": "completed"}, "learner": {"id": "u"}, "activity": {"id": "c"}}
    source, _ = connect(service, issuer, namespace="a.test", auth="bearer", mapping=mapping)

    olga.post(f"{ROOT}/{source.id}/settings", auth="bearer", name="LMS", namespace="b.test")

    assert kept(service, source).settings == {"namespace": "b.test", "auth": "bearer", "mapping": mapping}


def test_a_way_that_needs_another_secret_gets_one_which_is_shown_once(olga: Any, service: Service, issuer: Issuer):
    source, _ = connect(service, issuer)

    answer = olga.post(f"{ROOT}/{source.id}/settings", auth="basic", name="LMS", namespace="a.test")
    (new,) = secrets_of(service, source)
    first, second = olga.get(answer.headers["location"]), olga.get(answer.headers["location"])

    assert new.startswith("lanyard:")
    assert new.partition(":")[2] in first.text
    assert new.partition(":")[2] not in second.text
    assert first.headers["cache-control"] == "no-store"


def test_a_setting_that_cannot_be_used_is_told_by_the_name_that_people_see(olga: Any, service: Service, issuer: Issuer):
    source, _ = connect(service, issuer)

    answer = olga.post(f"{ROOT}/{source.id}/settings", auth="bearer", name="LMS", namespace="a.test", time_zone="Mars")

    assert answer.status_code == 422
    assert "“Time zone” must be an IANA name" in answer.text
    assert 'value="Mars"' in answer.text
    assert kept(service, source).settings["namespace"] == "lms.hospital.test"


def test_a_secret_is_changed_with_both_holding_until_the_old_one_is_ended(
    olga: Any, service: Service, issuer: Issuer, client: TestClient
):
    source, old = connect(service, issuer)

    answer = olga.post(f"{ROOT}/{source.id}/secrets")
    page = olga.get(answer.headers["location"]).text
    new = secrets_of(service, source)[0]
    both = [send(client, source.id, secret, fact(secret[:3])).status_code for secret in (old, new)]
    olga.post(f"{ROOT}/{source.id}/secrets/old")
    after = [send(client, source.id, secret, fact(secret[:3])).status_code for secret in (old, new)]

    assert new in page
    assert "Two secrets hold" in page
    assert (both, after) == ([200, 200], [401, 200])


def test_a_secret_that_the_platform_made_is_taken_and_never_shown(olga: Any, service: Service, issuer: Issuer):
    source, _ = connect(service, issuer)

    answer = olga.post(f"{ROOT}/{source.id}/secrets", secret="made-by-the-platform-itself")

    assert secrets_of(service, source)[0] == "made-by-the-platform-itself"
    assert "made-by-the-platform-itself" not in olga.get(answer.headers["location"]).text
    assert olga.post(f"{ROOT}/{source.id}/secrets", secret="short").status_code == 422


def test_mapping_an_activity_decides_at_once_what_waited_for_it(
    olga: Any, service: Service, issuer: Issuer, client: TestClient, phlebotomy: Achievement
):
    source, secret = connect(service, issuer)
    send(client, source.id, secret, [fact("7"), fact("8"), fact("9", score={"value": 60, "unit": "percent"})])
    seen = olga.get(f"{ROOT}/{source.id}/activities").text

    answer = olga.post(
        f"{ROOT}/{source.id}/activities", activity="PHLB-101", achievement=phlebotomy.id, minimum="84,5 %"
    )
    after = olga.get(answer.headers["location"]).text

    assert "3 completions wait" in seen
    assert "Map, and decide 3 completions" in seen
    assert "3 completions that waited were decided" in after
    assert "84.5 %" in after
    assert count(service, Award) == 2


@pytest.mark.parametrize("minimum", ["101", "many"])
def test_a_score_that_is_none_is_refused_and_nothing_is_mapped(
    olga: Any, service: Service, issuer: Issuer, phlebotomy: Achievement, minimum: str
):
    source, _ = connect(service, issuer)

    answer = olga.post(f"{ROOT}/{source.id}/activities", activity="A", achievement=phlebotomy.id, minimum=minimum)

    assert answer.status_code == 422
    assert "from 0 to 100" in answer.text


def test_a_mapping_and_a_permission_are_taken_away_by_name(
    olga: Any, service: Service, issuer: Issuer, phlebotomy: Achievement
):
    source, _ = connect(service, issuer, earns=phlebotomy)
    page = olga.get(f"{ROOT}/{source.id}/activities").text
    delete = re.search(rf'action="({ROOT}/{source.id}/activities/[^/]+/delete)"', page)
    assert delete is not None

    olga.post(delete[1])
    olga.post(f"{ROOT}/{source.id}/allowances", achievement=phlebotomy.id, do="take-back")

    after = olga.get(f"{ROOT}/{source.id}/activities").text
    assert "No activity of this source earns anything yet" in after
    assert "Nothing yet." in after


def test_asking_the_platform_is_begun_hurried_and_ended_and_its_token_never_shown(
    olga: Any, service: Service, issuer: Issuer
):
    source, _ = connect(service, issuer, source_type="moodle", host="lms.example.org")
    path = f"{ROOT}/{source.id}/asking"

    olga.post(path, base_url="https://lms.example.org", token="token-of-moodle", courses="12\n13")
    page = olga.get(path).text
    assert olga.post(f"{path}/now").status_code == 303
    begun = count(service, Reconciliation)
    olga.post(f"{path}/end")

    assert "https://lms.example.org" in page
    assert "12, 13" in page
    assert "token-of-moodle" not in page
    assert (begun, count(service, Reconciliation)) == (1, 0)


def test_an_address_that_is_none_is_told_beside_its_field(olga: Any, service: Service, issuer: Issuer):
    source, _ = connect(service, issuer, source_type="moodle", host="lms.example.org")

    answer = olga.post(f"{ROOT}/{source.id}/asking", base_url="nowhere", token="t")

    assert answer.status_code == 422
    assert 'id="base_url"' in answer.text
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_list_can_be_taken_along_as_a_file(olga: Any, service: Service, issuer: Issuer, form: str):
    connect(service, issuer)

    answer = olga.get(f"{ROOT}/export.{form}")

    assert answer.headers["content-disposition"] == f'attachment; filename="sources.{form}"'
    assert form == "xlsx" or '"Our LMS"' in answer.content.decode("utf-8-sig")


def test_a_reviewer_looks_and_changes_nothing(
    enter: Callable[..., Any], service: Service, issuer: Issuer, phlebotomy: Achievement
):
    source, _ = connect(service, issuer, earns=phlebotomy)
    rea = enter("rea@example.org", role="reviewer", at=issuer, name="Rea")
    looks = [rea.get(path).status_code for path in (ROOT, f"{ROOT}/{source.id}", f"{ROOT}/{source.id}/activities")]
    shown = rea.get(f"{ROOT}/{source.id}/activities").text

    forbidden = [
        f"{ROOT}/{source.id}/{part}" for part in ("state", "secrets", "settings", "activities", "try", "asking")
    ]

    assert looks == [200, 200, 200]
    assert "Take the mapping away" not in shown
    assert {rea.post(path).status_code for path in [*forbidden, f"{ROOT}/new/generic"]} == {403}


def test_another_issuer_s_owner_finds_nothing(
    enter: Callable[..., Any], service: Service, issuer: Issuer, make_issuer: Callable[..., Issuer]
):
    source, secret = connect(service, issuer)
    eve = enter("eve@example.org", role="owner", at=make_issuer("riverside", "Riverside"))

    seen = [
        eve.get(f"{ROOT}/{source.id}").status_code,
        eve.get(f"/staff/riverside/sources/{source.id}").status_code,
        eve.get(f"/staff/riverside/sources/{source.id}/secrets").status_code,
        eve.post(f"/staff/riverside/sources/{source.id}/secrets").status_code,
    ]

    assert seen == [404, 404, 404, 404]
    assert secrets_of(service, source) == [secret]
    assert count(service, Delivery) == 0
