"""The editor of achievements without scripts: every field, rows that come and go, mistakes beside fields, previews."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from app.issuing import achievement_facts, achievements, audit, issuers
from app.issuing.achievements import Achievement
from app.issuing.issuers import Issuer
from app.service import Service
from app.web.staff.achievements import fields

ROOT = "/staff/northfield/achievements"
EVERYTHING: dict[str, Any] = {
    "name": "Phlebotomy Fundamentals",
    "abbreviation": "PHLB",
    "description": "Draws venous blood safely.",
    "criteria_narrative": "Ten **observed** draws.",
    "criteria_url": "https://northfield.example/criteria",
    "achievement_type": "Certification",
    "skills": [
        {
            "name": "Venepuncture", "url": "https://skills.example/v", "level": 3, "code": "V1",
            "framework": "Northfield", "target_type": "CFItem",
        },
        {"name": "Labelling", "url": "https://skills.example/l", "level": 5},
    ],
    "assessment_method": "observed",
    "education_type": "non_formal",
    "formal_relation": "component",
    "hours": "12.5",
    "academic_credits": "2",
    "continuing_education": [{"amount": "1.5", "unit": "ANCC contact hours"}],
    "result_descriptions": [
        {
            "id": "test", "name": "Knowledge test", "result_type": "Percent", "value_min": "0", "value_max": "100",
            "required_value": "80",
        },
        {"id": "rubric", "name": "Rubric", "result_type": "RubricCriterionLevel", "allowed_values": ["low", "high"]},
    ],
    "price": {"amount": "120", "currency": "EUR"},
    "tags": ["blood", "beginners"],
    "language": "en",
    "translations": {
        "es": {"name": "Flebotomía", "description": "Extrae sangre venosa.", "criteria_narrative": "Diez."},
        "zh-Hant": {"name": "採血基礎"},
    },
    "validity": {"kind": "months", "amount": 24, "end_of_month": True},
    "drawing": {"shape": "leaf", "fill": "#5b2a86", "accent": "#f2b134", "level": 2, "icon": "drop"},
    "image_alt": "Purple leaf with a drop",
    "is_stack": True,
    "group_participation": True,
    "group_evaluation": True,
    "prerequisites": {"all_of": [{"credential": "phlb"}, {"credential": "old", "validity": "ever"}]},
    "formats": ["course", "on_the_job"],
    "renewal": {
        "method": "ce", "grace_days": 30, "reminder_days": [60, 30],
        "ce": {
            "unit": "contact-hour", "amount": "20", "in_domain_min_ratio": "0.8", "shared": True, "further": "4",
            "cap": "10", "domains": ["blood"], "on_failed_audit": "suspend",
        },
    },
}  # fmt: skip
NEW = {
    "do": "save", "name": "Wound Care", "abbreviation": "WNDC", "description": "Cleans and dresses wounds.",
    "language": "en", "achievement_type": "MicroCredential", "validity_kind": "none", "shape": "circle",
    "fill": "#0b4f6c",
}  # fmt: skip


@pytest.fixture
def designer(enter: Callable[..., Any], issuer: Issuer) -> Any:
    return enter("dora@example.org", role="designer", at=issuer, name="Dora Designer")


class Fields(HTMLParser):
    """What a browser would send of the editor's form, without the buttons."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self._area: str | None = None
        self._select: str | None = None
        self._in_template = False
        self._in_editor = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        name = facts.get("name") or ""
        self._in_template |= tag == "template"
        self._in_editor |= tag == "form" and "data-editor" in facts
        if self._in_template or not self._in_editor:
            return
        if tag == "input" and name:
            if facts.get("type") not in {"checkbox", "radio"} or "checked" in facts:
                self.sent[name] = facts.get("value") or ""
        elif tag == "textarea":
            self._area, self.sent[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in facts or self._select not in self.sent):
            self.sent[self._select] = facts.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self._in_template &= tag != "template"
        self._in_editor &= tag != "form"
        if tag == "textarea":
            self._area = None
        if tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area] += data.removeprefix("\n")


def facts_of(service: Service, achievement_id: str) -> dict[str, Any]:
    with service.database.read() as session:
        return achievements.current_facts(session, achievements.by_id(session, achievement_id)).to_json()


def saved(answer: Any) -> str:
    """The id of the achievement whose editor an answer leads to."""
    assert answer.status_code == 303, unescape(answer.text)
    return str(answer.headers["location"].removeprefix(f"{ROOT}/").partition("/")[0])


def opened(designer: Any, achievement_id: str) -> dict[str, str]:
    return Fields(designer.get(f"{ROOT}/{achievement_id}/edit").text).sent


def made(service: Service, issuer: Issuer, **facts: Any) -> str:
    with service.database.write() as session:
        stated = achievement_facts.parse(EVERYTHING | facts)
        return achievements.create(session, issuer, slug="phlb", facts=stated, actor="test").id


def test_a_draft_needs_a_name_an_abbreviation_and_a_description_and_nothing_else(designer: Any, service: Service):
    achievement_id = saved(designer.post(f"{ROOT}/new", **NEW))

    facts = facts_of(service, achievement_id)
    assert {
        "name": "Wound Care",
        "abbreviation": "WNDC",
        "drawing": {"shape": "circle", "fill": "#0b4f6c"},
    }.items() <= (facts.items())
    assert "The draft is saved." in designer.get(f"{ROOT}/{achievement_id}/edit").text


def test_the_short_name_is_made_of_the_abbreviation_and_never_taken_twice(designer: Any, service: Service):
    found = [saved(designer.post(f"{ROOT}/new", **NEW)) for _ in range(2)]
    chosen = saved(designer.post(f"{ROOT}/new", **NEW | {"slug": "Wounds"}))

    with service.database.read() as session:
        slugs = [achievements.by_id(session, each).slug for each in (*found, chosen)]
    assert slugs == ["wndc", "wndc-2", "wounds"]


def test_what_comes_before_it_is_read_and_what_is_wrong_is_told_at_its_place(designer: Any, service: Service):
    broken = designer.post(f"{ROOT}/new", **NEW | {"prerequisites": "BLS and"})
    achievement_id = saved(designer.post(f"{ROOT}/new", **NEW | {"prerequisites": "wndc or bls", "is_stack": "yes"}))
    page = designer.get(f"{ROOT}/{achievement_id}/edit").text
    fragment = designer.post(f"{ROOT}/preview", **NEW | {"prerequisites": "wndc or BLX"}).text

    assert broken.status_code == 422
    assert "Something is missing here: a credential, or a condition." in broken.text
    facts = facts_of(service, achievement_id)
    assert facts["is_stack"]
    assert facts["prerequisites"] == {"any_of": [{"credential": "wndc"}, {"credential": "bls"}]}
    assert "There is no credential called bls." in page
    assert "<mark>BLX</mark>" in fragment


@pytest.mark.parametrize(
    "changes", [{"slug": "wndc"}, {"slug": "no slug!"}, {"abbreviation": "护理", "name": "护理基础"}]
)
def test_a_short_name_that_cannot_be_is_told_beside_its_field(designer: Any, changes: dict[str, str]):
    saved(designer.post(f"{ROOT}/new", **NEW))

    answer = designer.post(f"{ROOT}/new", **NEW | changes)

    assert answer.status_code == 422
    assert 'id="slug-wrong"' in answer.text


def test_what_the_editor_shows_is_what_it_saves_for_every_fact_there_is(
    designer: Any, service: Service, issuer: Issuer
):
    assert set(EVERYTHING) == set(achievement_facts.AchievementFacts.model_fields)
    achievement_id = made(service, issuer)

    answer = designer.post(f"{ROOT}/{achievement_id}/edit", **opened(designer, achievement_id), do="save")

    assert "Nothing was changed." in designer.get(answer.headers["location"]).text
    assert facts_of(service, achievement_id) == achievement_facts.parse(EVERYTHING).to_json()


def test_a_fact_that_the_editor_has_no_field_for_stays(monkeypatch: pytest.MonkeyPatch):
    facts = achievement_facts.parse(EVERYTHING)
    typed = fields.of_facts(facts, slug="phlb", open_badges_2=False)
    monkeypatch.setattr(fields, "_SAME_NAME", tuple(name for name in fields._SAME_NAME if name != "hours"))
    monkeypatch.setattr(fields, "_IN_FORM", fields._IN_FORM - {"hours"})

    assert fields.checked(typed, facts) == (facts, {})


def test_a_kind_that_only_the_api_states_stays_chosen(designer: Any, service: Service, issuer: Issuer):
    achievement_id = made(service, issuer, achievement_type="ext:Passport")

    assert opened(designer, achievement_id)["achievement_type"] == "ext:Passport"


def test_a_changed_fact_is_in_the_draft_with_one_entry_in_the_log(designer: Any, service: Service, issuer: Issuer):
    achievement_id = made(service, issuer)

    designer.post(f"{ROOT}/{achievement_id}/edit", **opened(designer, achievement_id) | {"hours": "1,5"}, do="save")

    assert facts_of(service, achievement_id)["hours"] == "1.5"
    with service.database.read() as session:
        log = session.query(audit.AuditEntry).filter_by(object_id=achievement_id).order_by(audit.AuditEntry.id).all()
    assert [entry.action for entry in log] == ["achievement.created", "achievement.changed"]
    assert log[1].actor == f"account:{designer.account_id}"


WRONG = {
    "name": ("", "Give it a name."),
    "description": ("", "Describe it in a sentence or two."),
    "abbreviation": ("x" * 41, "This has at most 40 characters."),
    "hours": ("many", "This is no number."),
    "academic_credits": ("-1", "This is 0 or more."),
    "criteria_url": ("javascript:alert(1)", "An address begins with https://"),
    "language": ("no language", "A language is written as a tag"),
    "assessment_method": ("magic", "Choose one from the list."),
    "price_currency": ("dollars", "A currency is written as three letters"),
    "fill": ("red", "A colour is written as # and six digits"),
    "level": ("9", "This is 5 or less."),
    "tags": ("x" * 81, "This has at most 80 characters."),
    "validity_amount": ("", "Say for how many days or months it is good."),
    "skill-0-url": ("", "Say at which address the skill is described"),
    "skill-1-level": ("0", "This is 1 or more."),
    "credit-0-amount": ("x", "This is no number."),
    "result-1-name": ("", "Give it a name."),
    "image_alt": ("a\x07b", "This holds a character that cannot be seen."),
}


def test_each_mistake_stands_beside_its_field_and_what_was_typed_stays(designer: Any, service: Service, issuer: Issuer):
    achievement_id = made(service, issuer)
    typed = opened(designer, achievement_id) | {name: value for name, (value, _) in WRONG.items()}

    answer = designer.post(f"{ROOT}/{achievement_id}/edit", **typed | {"do": "save"})

    assert answer.status_code == 422
    assert f"{len(WRONG)} fields need another look. Nothing was saved." in answer.text
    for name, (_, sentence) in WRONG.items():
        beside = re.search(rf'id="{name}-wrong" class="wrong">(.*?)</p>', answer.text)
        assert beside, name
        assert unescape(beside[1]).startswith(sentence), name
        assert f'href="#{name}"' in answer.text
    shown = Fields(answer.text).sent
    assert {name: shown[name] for name in typed if name in shown and name != "fill"} == {
        name: value for name, value in typed.items() if name != "fill"
    }
    assert facts_of(service, achievement_id) == achievement_facts.parse(EVERYTHING).to_json()


def test_rows_come_and_go_by_buttons_and_nothing_typed_is_lost(designer: Any, service: Service, issuer: Issuer):
    achievement_id = made(service, issuer)
    path = f"{ROOT}/{achievement_id}/edit"
    typed = opened(designer, achievement_id) | {"name": "Typed, not saved", "skill-1-name": "Labels"}

    more = Fields(designer.post(path, **typed, do="add-skill").text).sent
    fewer = Fields(designer.post(path, **more | {"skill-2-name": "Third"}, do="remove-skill-0").text).sent

    assert (more["skill-2-name"], more["skill-2-level"]) == ("", "3")
    assert [fewer["skill-0-name"], fewer["skill-1-name"]] == ["Labels", "Third"]
    assert "skill-2-name" not in fewer
    assert fewer["name"] == "Typed, not saved"
    assert facts_of(service, achievement_id)["name"] == "Phlebotomy Fundamentals"


@pytest.mark.parametrize("act", ["remove-skill-99", "remove-skill", "add-nothing-1", "remove-credit-0", "add-result"])
def test_a_button_for_a_row_that_is_not_there_does_no_harm(designer: Any, act: str):
    assert designer.post(f"{ROOT}/new", **NEW | {"do": act}).status_code in {200, 303}


def test_a_skill_of_before_brings_its_address_along(
    designer: Any, service: Service, make_achievement: Callable[..., Achievement]
):
    make_achievement()

    made_id = saved(designer.post(f"{ROOT}/new", **NEW, **{"skill-0-name": "venepuncture", "skill-0-level": "4"}))

    (skill,) = facts_of(service, made_id)["skills"]
    assert (skill["url"], skill["level"]) == ("https://skills.example/venepuncture", 4)


def test_a_result_keeps_the_id_that_badges_point_to_and_a_new_one_gets_its_own(
    designer: Any, service: Service, issuer: Issuer
):
    achievement_id = made(service, issuer)
    typed = opened(designer, achievement_id) | {"result-0-name": "Renamed"}
    typed |= {f"result-{number}-name": "Rubric" for number in (2, 3)}

    saved(designer.post(f"{ROOT}/{achievement_id}/edit", **typed | {"do": "save"}))

    found = facts_of(service, achievement_id)["result_descriptions"]
    assert [each["id"] for each in found] == ["test", "rubric", "rubric-2", "rubric-3"]


def test_somebody_elses_change_is_not_overwritten_unseen(designer: Any, service: Service, issuer: Issuer):
    achievement_id = made(service, issuer)
    mine = opened(designer, achievement_id) | {"name": "Mine"}
    theirs = opened(designer, achievement_id) | {"name": "Theirs"}
    saved(designer.post(f"{ROOT}/{achievement_id}/edit", **theirs, do="save"))

    refused = designer.post(f"{ROOT}/{achievement_id}/edit", **mine, do="save")
    assert refused.status_code == 409
    assert "Somebody else saved this draft" in refused.text
    assert facts_of(service, achievement_id)["name"] == "Theirs"
    again = Fields(refused.text).sent
    saved(designer.post(f"{ROOT}/{achievement_id}/edit", **again, do="save"))

    assert facts_of(service, achievement_id)["name"] == "Mine"


def test_open_badges_2_asks_for_the_issuers_address_and_is_switched_with_the_draft(
    designer: Any, service: Service, issuer: Issuer
):
    refused = designer.post(f"{ROOT}/new", **NEW, open_badges_2="yes")
    assert refused.status_code == 422
    assert 'id="open_badges_2-wrong"' in refused.text
    with service.database.write() as session:
        found = issuers.by_id(session, issuer.id)
        issuers.update(session, found, email="office@northfield.example", actor="test")

    achievement_id = saved(designer.post(f"{ROOT}/new", **NEW, open_badges_2="yes"))
    with service.database.read() as session:
        assert achievements.by_id(session, achievement_id).open_badges_2
    typed = opened(designer, achievement_id)
    del typed["open_badges_2"]
    saved(designer.post(f"{ROOT}/{achievement_id}/edit", **typed, do="save"))

    with service.database.read() as session:
        assert not achievements.by_id(session, achievement_id).open_badges_2


def test_the_preview_shows_card_page_and_json_of_what_is_typed_and_saves_nothing(
    designer: Any, service: Service, issuer: Issuer
):
    achievement_id = made(service, issuer)
    typed = opened(designer, achievement_id) | {"name": "Typed <b>now</b>"}

    page = designer.post(f"{ROOT}/{achievement_id}/edit", **typed, do="preview")
    alone = designer.post(f"{ROOT}/preview", **typed)

    for shown in (page.text, alone.text):
        assert shown.count("Typed &lt;b&gt;now&lt;/b&gt;") >= 3
        for said in ("Venepuncture", "<strong>observed</strong>", "Good until", "12.5 hours", "Knowledge test"):
            assert said in shown
    assert "<html" not in alone.text
    document = json.loads(unescape(re.search(r"<pre[^>]*>(.*?)</pre>", alone.text, re.DOTALL)[1]))
    assert document["name"] == "Typed <b>now</b>"
    assert document["id"] == f"http://badges.test/achievements/{achievement_id}/v1"
    assert facts_of(service, achievement_id)["name"] == "Phlebotomy Fundamentals"


def test_the_json_of_the_preview_is_what_a_version_published_now_says(designer: Any, service: Service, issuer: Issuer):
    achievement_id = made(service, issuer)
    alone = designer.post(f"{ROOT}/preview", **opened(designer, achievement_id)).text

    with service.database.write() as session:
        found = achievements.by_id(session, achievement_id)
        version = achievements.publish(session, service.office, found, actor="test")

    shown = json.loads(unescape(re.search(r"<pre[^>]*>(.*?)</pre>", alone, re.DOTALL)[1]))
    assert shown == json.loads(version.document)


def test_a_preview_of_half_a_form_shows_what_can_be_shown(designer: Any):
    wrong = {name: value for name, (value, _) in WRONG.items()}

    answer = designer.post(f"{ROOT}/preview", **NEW | wrong | {"name": "", "abbreviation": "HALF"})

    assert answer.status_code == 200
    assert "(<bdi>HALF</bdi>)" in answer.text
    assert '<bdi>…</bdi> <span class="abbreviation">' in answer.text


@pytest.mark.parametrize(
    ("fill", "accent", "said"),
    [
        ("#0b4f6c", None, "White letters on this colour have a contrast of 8.9 to 1: easy to read."),
        ("#ffe9a8", None, "Black letters on this colour"),
        ("#777777", None, "No letters read well on #777777, so the badge is drawn in #58595a."),
        ("#0b4f6c", "#0b4f70", "The edge would hardly show in #0b4f70, so it is drawn in"),
        ("#0b4f6c", "#ffffff", "The edge stands out at 8.9 to 1, also in grey."),
    ],
)
def test_colours_are_judged_in_words(designer: Any, fill: str, accent: str | None, said: str):
    edge = {} if accent is None else {"has_accent": "yes", "accent": accent}

    assert said in unescape(designer.post(f"{ROOT}/preview", **NEW | {"fill": fill} | edge).text)


def test_the_drawing_runs_nothing_and_refuses_what_cannot_be_drawn(designer: Any):
    drawn = designer.get(f"{ROOT}/drawing.svg?shape=ribbon&icon=heart&level=3&abbreviation=%3Cscript%3E&name=x")

    assert drawn.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in drawn.headers["content-security-policy"]
    assert "<script" not in drawn.text
    for wrong in ("shape=star", "fill=red", "level=9", "icon=skull", f"name={'x' * 201}"):
        assert designer.get(f"{ROOT}/drawing.svg?{wrong}").status_code == 422


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"renewal_method": "ce"}, "renewal_ce_amount", "Say how many a cycle asks for."),
        ({"renewal_method": "ce", "renewal_ce_amount": "20"}, "renewal_ce_unit", "Say of which unit"),
        ({"renewal_method": "reassess", "renewal_grace_days": "soon"}, "renewal_grace_days", "This is no number."),
        ({"renewal_method": "reassess", "renewal_reminder_days": "30, 30"}, "renewal_method", "Two reminders"),
        ({"renewal_method": "magic"}, "renewal_method", "Choose one from the list."),
        (
            {"renewal_method": "ce", "renewal_ce_unit": "h", "renewal_ce_amount": "2", "renewal_ce_percent": "120"},
            "renewal_ce_percent",
            "This is 1 or less.",
        ),
    ],
)
def test_what_is_wrong_with_a_renewal_stands_beside_its_field(
    designer: Any, typed: dict[str, str], field: str, words: str
):
    page = designer.post(f"{ROOT}/new", **NEW | typed)

    assert page.status_code == 422
    assert words in re.sub(r"<[^>]+>", " ", page.text.partition(f'id="{field}-wrong"')[2][:400])


def test_without_a_method_nothing_is_said_of_renewal(designer: Any, service: Service):
    answer = designer.post(f"{ROOT}/new", **NEW | {"renewal_grace_days": "30"})

    assert answer.status_code == 303
    with service.database.read() as session:
        assert "renewal" not in (session.query(Achievement).one().draft or {})
