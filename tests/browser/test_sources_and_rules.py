"""Staff connect a platform and try a rule, in a real browser and without scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app.issuing import accounts, rules, sources
from app.issuing.achievements import Achievement
from app.issuing.issuers import Issuer
from app.service import Service
from tests.web.staff.arriving import connect, fact, signed

ROOT = "/staff/northfield"


@pytest.fixture
def olga(open_page: Callable[..., Any], service: Service, issuer: Issuer, base_url: str) -> Any:
    """A page of the owner, who has scripts switched off."""
    with service.database.write() as session:
        account = accounts.people.of_confirmed_address(session, "olga@example.org")
        accounts.members.add(session, issuer, account, accounts.Role.OWNER, actor="test")
        token = accounts.sessions.begin(session, account, accounts.Strength.TWO_FACTORS)
    page = open_page("/", javascript=False)
    page.context.add_cookies([{"name": "lanyard", "value": token, "url": base_url}])
    return page


def test_a_platform_is_connected_and_its_first_signed_delivery_is_seen(
    olga: Any, base_url: str, make_achievement: Callable[..., Achievement]
):
    make_achievement()
    olga.goto(f"{base_url}{ROOT}")
    olga.get_by_role("link", name="Connect a learning platform").click()
    olga.get_by_role("link", name="Any system (webhook)").click()
    olga.get_by_label("Name of the connection").fill("Our bridge")
    olga.get_by_label("Name of the system").fill("bridge.hospital.example")
    olga.get_by_role("button", name="Connect, and show what to paste there").click()
    address, secret = (
        olga.locator(f".copy:has-text('{label}') code").first.inner_text() for label in ("Address", "Secret")
    )
    olga.get_by_role("link", name="Done: wait for the first delivery").click()
    olga.get_by_text("Nothing has arrived yet.").wait_for()

    body = json.dumps(fact()).encode()
    assert httpx.post(address, content=body, headers=signed(secret, body, "msg-1")).status_code == 200

    olga.get_by_role("link", name="Look again").first.click()
    olga.get_by_text("The first delivery has arrived.").wait_for()
    olga.get_by_role("link", name="Say what the activity earns").click()
    olga.get_by_label("Earns the badge").first.select_option(label="Phlebotomy Fundamentals")
    olga.get_by_role("button", name="Map, and decide 1 completion").click()
    olga.get_by_text("1 completion that waited was decided").wait_for()
    assert olga.complaints == []


def test_a_rule_is_written_simply_and_tried_before_it_is_put(
    olga: Any, base_url: str, service: Service, issuer: Issuer, make_achievement: Callable[..., Achievement]
):
    achievement = make_achievement()
    source, _ = connect(service, issuer)
    deliver(service, source.id, achievement, base_url)
    olga.goto(f"{base_url}{ROOT}/rules")
    olga.get_by_role("link", name="Phlebotomy Fundamentals").click()
    olga.get_by_label("Phlebotomy day").check()
    olga.get_by_label("Lowest score, in per cent").fill("90")
    olga.get_by_role("button", name="Write the rule, and show it").click()
    olga.get_by_text("a score of at least 90 %").wait_for()

    olga.get_by_role("button", name="Try it on everybody's past").click()
    assert olga.locator(".fates li", has_text="would gain the badge at once").inner_text().startswith("1")
    olga.get_by_role("button", name=re.compile("Show some.*would gain")).click()
    olga.get_by_role("link", name="Person 1").wait_for()
    olga.get_by_role("button", name="Put it as the next version").click()

    olga.get_by_role("heading", name="Version 1 decides").wait_for()
    assert olga.complaints == []


def deliver(service: Service, source_id: str, achievement: Achievement, base_url: str) -> None:
    """Two people who did PHLB-101, one with 95 and one with 60 per cent, while no rule named it."""
    with service.database.write() as session:
        source = sources.by_id(session, source_id)
        sources.allow(session, source, achievement, actor="test")
        (secret,) = (each.value for each in sources.config(service.office, source).secrets)
        assert rules.of_source(session, source) == []
    for person, score in (("1", 95), ("2", 60)):
        body = fact(person, score={"value": score, "unit": "percent"})
        httpx.post(f"{base_url}/hooks/{source_id}", json=body, headers={"Authorization": f"Bearer {secret}"})
