"""Whatever people write stays text: two hundred attacks in every field of words, and every page there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from itertools import cycle, product
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import JSON, String, Table, select, update

from app.db import Base
from app.issuing import achievements, award_status, awards, groups, issuers, learners
from app.issuing.achievement_facts import parse
from app.issuing.awards import Earned
from tests.browser.every_page import COOKIES, House, house
from tests.everything import COMPLETION, FACTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

__all__ = ["house"]

# How one gets out of where words stand: text, attributes, elements that hold text only, comments, scripts, templates.
WAYS_OUT = (
    "", '">', "'>", "`>", "--></title>", "</textarea>", "</style>", "</script>", "]]>", "</svg>",
    "\\u003e", "</option></select>", "</noscript>", "{{7*7}}", "%22%3E",
)  # fmt: skip
# What runs, loads or leads away once one is out; the last two never leave their attribute.
PAYLOADS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>", "<input autofocus onfocus=alert(1)>", "<video><source onerror=alert(1)>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'>", "<a href=javascript:alert(1)>x</a>",
    "<base href=//evil.example/>", "<object data=data:text/html,x>", "[x](javascript:alert(1))",
    '" autofocus onfocus=alert(1) x="', "' onmouseover=alert(1) style=position:fixed;inset:0 x='",
)  # fmt: skip
ATTACKS = [f"{way}{payload}" for way, payload in product(WAYS_OUT, PAYLOADS)]
ALL_OF_THEM = "\n\n".join(ATTACKS)
# What people write; other texts are names of kinds and states, addresses, marks and sealed bytes.
WORDS = {
    "body", "comment", "description", "detail", "display_name", "error", "file_name", "from_name", "introduction",
    "label", "last_error", "last_rejected_reason", "name", "narrative", "note", "parent_name", "problem", "reason",
    "response", "revocation_reason", "statement", "subject", "text", "title", "browser", "disabled_reason", "unit",
    "activity_name", "sponsor", "funding",
}  # fmt: skip
NOT_WRITTEN = {"heartbeats", "news_marks", "outbox_queues", "watched_keys", "scheduled_decisions", "import_rows"}
CODES = {("completions", "reason"), ("bulk_check_rows", "reason")}
OF_THE_ATTACKED = {
    "public": [
        "/achievements/{achievement_id}", "/verify?badge={base_url}/b/{award_id}", "/b/{award_id}/embed",
        "/achievements/{achievement_id}?lang=es", "/b/{award_id}?lang=ar", "/catalogue?lang=es",
    ],
    "staff": [
        f"/staff/{{slug}}/{rest}"
        for rest in (
            "achievements/{achievement_id}", "achievements/{achievement_id}/edit", "awards/{award_id}/replace",
            "achievements/{achievement_id}/versions", "achievements/{achievement_id}/publish",
            "awards/{award_id}/change/revoke", "people/{learner_id}/erase", "people?q=script",
        )
    ],
}  # fmt: skip
STRONGER_THAN_TEXT = """() => [
  ...document.querySelectorAll("base, iframe, object, embed, script:not([src]), style, [style]"),
  ...[...document.querySelectorAll("*")].filter((each) => [...each.attributes].some((a) => a.name.startsWith("on"))),
  ...[...document.querySelectorAll("[href], [src], [action], [formaction]")].filter((each) =>
    /^\\s*(javascript|vbscript|data:text)/i.test(
      each.getAttribute("href") ?? each.getAttribute("src") ?? each.getAttribute("action") ?? "")),
].filter((each) => each.type !== "application/ld+json").map((each) => each.outerHTML.slice(0, 200))"""
POLICY = "addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective}`))"


@pytest.fixture(scope="module")
def attacked(house: House) -> House:
    """The house with attacks wherever somebody can write: by the doors of the office, then in each row of words."""
    fresh = cycle(ATTACKS)
    _write_by_the_office(house, fresh)
    with house.world.service.database.write() as session:
        for table in Base.metadata.sorted_tables:
            for column in _columns_of_words(table):
                keys = list(table.primary_key.columns)
                for row in session.execute(select(*keys, column)).all():
                    if row[-1] is not None:
                        here = [key == value for key, value in zip(keys, row, strict=False)]
                        most = getattr(column.type, "length", None)
                        words = ALL_OF_THEM if most is None else next(fresh)[:most]
                        session.execute(update(table).where(*here).values({column: words}))
    return house


def _columns_of_words(table: Table) -> list[Any]:
    if table.name in NOT_WRITTEN:
        return []
    return [
        column
        for column in table.columns
        if column.name in WORDS and isinstance(column.type, String) and not isinstance(column.type, JSON)
        and not column.primary_key and (table.name, column.name) not in CODES
    ]  # fmt: skip


def _write_by_the_office(house: House, fresh: Iterator[str]) -> None:
    """A badge, its holder and their group, and what a platform says of them: words inside of documents."""
    world = house.world
    facts = FACTS | {
        "name": next(fresh),
        "abbreviation": "<b>'\"",
        "description": ALL_OF_THEM[:5_000],
        "criteria_narrative": ALL_OF_THEM[-9_000:],
        "translations": {
            tag: {
                "name": next(fresh),
                "description": ALL_OF_THEM[:5_000],
                "criteria_narrative": ALL_OF_THEM[-9_000:],
            }
            for tag in ("es", "ar")
        },
        "tags": [attack[:80] for attack in ATTACKS[:10]],
        "image_alt": next(fresh),
        "skills": [{"name": attack, "url": "https://skills.example/'x", "level": 1} for attack in ATTACKS[:20]],
    }
    with world.service.database.write() as session:
        issuer = issuers.by_slug(session, "northfield")
        made = achievements.create(session, issuer, slug="attacked", facts=parse(facts), actor="test")
        achievements.publish(session, world.service.office, made, actor="test")
        who = {"namespace": None, "source_id": None, "email": "mallory@example.org", "display_name": next(fresh)}
        learner = learners.resolve(session, issuer, **who)
        assert learner is not None
        learner.name_shown = True
        groups.add(session, world.service.office, learner, next(fresh)[:100], actor="test")
        earned = Earned(made, learner, made.created_at, narrative=ALL_OF_THEM[:9_000])
        award = awards.award(session, world.service.office, earned, actor="test").award
        award_status.suspend(session, world.service.office, award, reason=next(fresh), actor="test")
    house.odd = [{"award_id": award.id, "learner_id": learner.id, "achievement_id": made.id}]
    for number in range(4):
        said = {"id": f"x{number}", "name": next(fresh), "email": f"mallory{number}@example.org"}
        activity = {"id": ("RULED", "BLS", "<b>'\"", next(fresh)[:100])[number], "name": next(fresh)}
        world._deliver({**COMPLETION, "id": f"evt-x{number}", "learner": said, "activity": activity})


@pytest.fixture
def attend(browser: Browser, house: House) -> Iterator[Callable[..., Any]]:
    """A page that notes what it complains about: `attend("staff")`."""
    contexts: list[BrowserContext] = []

    def make(audience: str) -> Any:
        context = browser.new_context()
        contexts.append(context)
        context.add_init_script(POLICY)
        if audience in COOKIES:
            token = house.world.cookies[COOKIES[audience]]
            context.add_cookies([{"name": "lanyard", "value": token, "url": house.base_url}])
        page: Any = context.new_page()
        page.complaints = []
        page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (page.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        return page

    yield make
    for context in contexts:
        context.close()


def _faults(page: Any, address: str) -> tuple[list[str], bool]:
    """What is wrong with a page, and whether it shows an attack as text."""
    answer = page.context.request.get(address, headers={"Accept": "text/html"})
    if answer.status != HTTPStatus.OK:
        return [str(answer.status)], False
    if not answer.headers["content-type"].startswith("text/html") or "content-disposition" in answer.headers:
        return [], False
    page.complaints.clear()
    page.goto(address)
    return [*page.evaluate(STRONGER_THAN_TEXT), *page.complaints], "alert(1)" in page.inner_text("body")


@pytest.mark.parametrize(("audience", "least"), [("public", 10), ("learner", 5), ("staff", 40)])
def test_two_hundred_attacks_in_every_field_stay_text(
    attacked: House, attend: Callable[..., Any], audience: str, least: int
):
    page = attend(audience)
    own = [attacked.filled(path, **things) for things in attacked.odd for path in OF_THE_ATTACKED.get(audience, ())]

    looked_at = {path: _faults(page, f"{attacked.base_url}{path}") for path in [*attacked.pages(audience), *own]}

    assert len(set(ATTACKS)) > 200
    assert {path: faults for path, (faults, _) in looked_at.items() if faults} == {}
    assert sum(shows for _, shows in looked_at.values()) >= least


@pytest.mark.parametrize("attack", PAYLOADS[:11])
def test_an_attack_that_is_not_escaped_is_found(house: House, attend: Callable[..., Any], attack: str):
    page = attend("public")
    page.route("**/verify", lambda route: route.fulfill(body=f"<main>{attack}</main>", content_type="text/html"))

    faults, _ = _faults(page, f"{house.base_url}/verify")

    assert faults
