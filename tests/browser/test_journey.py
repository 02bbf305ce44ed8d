"""The whole way, in one browser: from the link that `lanyard setup` prints to a badge that a stranger checks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
from sqlalchemy import select

from app import worker
from app.issuing.accounts import invitations
from app.issuing.awards import Award
from app.issuing.outbox import OutboxMessage
from app.service import Service

PASSWORD = "four horses read the menu"
ANA = "ana.ortiz@example.org"


def set_up(page: Any, service: Service) -> None:
    """Become the owner of a new issuer, with an authenticator."""
    with service.database.write() as session:
        link = invitations.for_set_up(session, service.office, None).url
    page.goto(link)
    page.get_by_label("Your name").fill("Olga Owner")
    page.get_by_label("Your e-mail address").fill("olga@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Name", exact=True).fill("Riverside Hospital")
    page.get_by_label("Short name").fill("riverside")
    page.get_by_label("Website").fill("https://riverside.example/")
    page.get_by_role("button", name="Set it up").click()
    secret = page.locator("input[name=secret]").get_attribute("value")
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Set it up").click()
    page.get_by_role("heading", name="Overview").or_(page.get_by_role("heading", name="Your recovery codes")).wait_for()


def design(page: Any, base_url: str) -> None:
    """Design an achievement and publish it."""
    page.goto(f"{base_url}/staff/riverside")
    page.get_by_role("link", name="Design and publish an achievement").click()
    page.get_by_label("Name", exact=True).first.fill("Wound Care")
    page.get_by_label("Abbreviation").fill("WNDC")
    page.get_by_label("Description", exact=True).fill("Cleans and dresses wounds.")
    page.get_by_label("How it is assessed").select_option("observed")
    page.get_by_label("Criteria", exact=True).fill("Five observed dressings.")
    page.locator("#skill-0-name").fill("Wound dressing")
    page.locator("#skill-0-url").fill("https://skills.example/wounds")
    page.get_by_role("button", name="Save, then check and publish").first.click()
    page.get_by_role("button", name="Publish WNDC, version 1").click()
    page.get_by_text("Version 1 is published.").wait_for()


def connect(page: Any, base_url: str) -> tuple[str, str]:
    """Connect a platform; the address and the secret that the page shows once."""
    page.goto(f"{base_url}/staff/riverside/sources/new/generic")
    page.get_by_label("Name of the connection").fill("Our LMS")
    page.get_by_label("Name of the system").fill("lms.riverside.example")
    page.get_by_role("button", name="Connect, and show what to paste there").click()
    secret = page.locator(".notice code").first.inner_text()
    address = next(each for each in page.locator(".copy code").all_inner_texts() if "/hooks/" in each)
    page.get_by_role("link", name="Activities").last.click()
    allowing = page.locator("section[aria-labelledby=allowed] form").last
    allowing.get_by_role("combobox").select_option(label="Wound Care")
    allowing.get_by_role("button").click()
    return address, secret


def rule(page: Any, base_url: str) -> None:
    """Say what earns it, see what the rule would make of the past, and switch it on."""
    page.goto(f"{base_url}/staff/riverside/achievements")
    page.get_by_role("link", name="Wound Care").first.click()
    page.wait_for_url("**/achievements/*")
    page.get_by_role("link", name="Rules").last.click()
    page.wait_for_url("**/rules*")
    page.goto(f"{page.url.partition('?')[0]}/simple")
    page.get_by_label("Activities", exact=False).first.fill("wound-care-2026")
    page.get_by_label("any one of them is enough").check()
    page.get_by_label("it was completed, and not failed").check()
    page.get_by_label("no", exact=True).check()
    page.get_by_role("button", name="Write the rule, and show it").click()
    page.get_by_role("button", name="Try it on everybody's past").click()
    page.get_by_text("Nothing was changed.").first.wait_for()
    page.get_by_role("button", name="Put it as the next version").click()
    page.get_by_text("decides").first.wait_for()


def deliver(address: str, secret: str) -> dict[str, Any]:
    """What the learning platform posts."""
    body = json.dumps(
        {
            "id": "evt-1",
            "event": "completed",
            "learner": {"id": "57", "email": ANA, "name": "Ana Ortiz"},
            "activity": {"id": "wound-care-2026", "name": "Wound care"},
            "completed_at": "2026-11-20T10:15:00Z",
        }
    ).encode()
    now, key = str(int(time.time())), base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, f"msg-1.{now}.".encode() + body, hashlib.sha256)).decode()
    headers = {"webhook-id": "msg-1", "webhook-timestamp": now, "webhook-signature": f"v1,{signature}"}
    answer = httpx.post(address, content=body, headers={"content-type": "application/json", **headers})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def until_mailed(service: Service) -> None:
    """Let the worker work until the learner has been told."""
    background, end = worker.start_in_background(service), time.monotonic() + 30
    while not list((service.settings.var_dir / "mail").glob("*.eml")):
        assert time.monotonic() < end, "the learner was not told"
        time.sleep(0.05)
    background.stop()


def claim(page: Any, base_url: str, service: Service) -> None:
    """Come by the mailed link, accept the badge, and show it to everybody with the name."""
    page.goto(f"{base_url}/sign-in")
    page.get_by_label("Your e-mail address").fill(ANA)
    page.get_by_role("button", name="Send me the link").click()
    with service.database.read() as session:
        query = select(OutboxMessage).where(OutboxMessage.event.like("account.%"))
        text = session.scalars(query.order_by(OutboxMessage.created_at.desc())).first().payload["text"]
    page.goto(re.search(r"https?://\S+/sign-in/\S+", text)[0])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Wound Care").first.click()
    page.get_by_role("button", name="Accept the badge").click()
    page.get_by_role("radio", name="Everybody").check()
    page.get_by_label("Show my name").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("From now on everybody may see this badge.").wait_for()


def revoke(page: Any, base_url: str) -> None:
    """Take the badge back."""
    page.goto(f"{base_url}/staff/riverside/awards")
    page.get_by_role("link", name="Wound Care").first.click()
    page.get_by_role("link", name="Revoke").click()
    page.get_by_label("Why").fill("Issued in error")
    page.get_by_role("button", name="Revoke 1 badge").click()


@pytest.mark.parametrize("scripts", ["on", "off"])
def test_from_a_fresh_service_to_a_badge_that_is_checked_and_taken_back(
    open_page: Callable[..., Any], service: Service, base_url: str, tmp_path: Path, scripts: str
):
    with_scripts = scripts == "on"
    owner = open_page("/", javascript=with_scripts)
    owner.set_default_timeout(20_000)
    set_up(owner, service)
    design(owner, base_url)
    address, secret = connect(owner, base_url)
    rule(owner, base_url)

    answer = deliver(address, secret)
    assert answer["items"][0]["outcome"] == "awarded", answer
    until_mailed(service)
    with service.database.read() as session:
        award = session.scalars(select(Award)).one()

    learner = open_page("/", javascript=with_scripts, width=320)
    claim(learner, base_url, service)
    learner.goto(f"{base_url}/b/{award.id}")
    linkedin = learner.get_by_role("link", name="Add to LinkedIn").get_attribute("href")
    assert "issueYear=2026" in linkedin
    assert "issueMonth=11" in linkedin
    learner.get_by_text("Download", exact=True).click()
    with learner.expect_download() as started:
        learner.get_by_role("link", name=re.compile("^Image")).click()
    started.value.save_as(tmp_path / "badge.png")

    stranger = open_page("/verify", javascript=with_scripts)
    stranger.get_by_label("Drop a badge here").set_input_files(tmp_path / "badge.png")
    stranger.get_by_role("button", name="Check it").first.click()
    stranger.get_by_role("heading", level=1, name="Good").wait_for()

    revoke(owner, base_url)
    stranger.goto(f"{base_url}/b/{award.id}")
    assert "Withdrawn" in stranger.locator(".pill").first.inner_text()
    assert owner.complaints == learner.complaints == stranger.complaints == []
