"""What others' programs say after a key was stolen, and of badges that name their refresh service (OB3-42, OB3-85)."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from app.issuing.awards import Credential

from .foreign_verifiers import JUDGES, Judge, Opinion, Panel
from .running_lanyard import RunningLanyard

Ask = Callable[..., dict[str, Opinion]]


def each(looks_at: str | None = None) -> pytest.MarkDecorator:
    """Once for every judge that looks at this."""
    return pytest.mark.parametrize("judge", [judge for judge in JUDGES if looks_at in (None, *judge.looks_at)], ids=str)


def accepted(opinions: dict[str, Opinion]) -> dict[str, str]:
    return {name: opinion.sentence for name, opinion in opinions.items() if opinion.accepted}


def refused(opinions: dict[str, Opinion]) -> dict[str, str]:
    return {name: opinion.sentence for name, opinion in opinions.items() if not opinion.accepted}


@pytest.fixture
def before_the_theft(lanyard: RunningLanyard) -> dict[str, bytes]:
    """The form that the stolen key signed, by form."""
    with lanyard.service.database.read() as session:
        stored = session.get_one(Credential, (lanyard.badges["resigned"].rpartition("/")[2], 1))
        return {"json": stored.json, "jwt": stored.jwt}


@each()
def test_a_badge_that_was_signed_anew_is_accepted_in_every_form(ask: Ask, lanyard: RunningLanyard, judge: Judge):
    assert refused(ask(judge, lanyard.files(["resigned"], judge.forms))) == {}


@each("signature")
def test_what_a_stolen_key_signed_is_refused(ask: Ask, before_the_theft: dict[str, bytes], judge: Judge):
    forms = {f"stolen.{form}": content for form, content in before_the_theft.items() if form in judge.forms}

    assert forms
    assert accepted(ask(judge, forms)) == {}


def test_our_own_answer_says_why_and_that_the_new_form_is_good(
    lanyard: RunningLanyard, before_the_theft: dict[str, bytes]
):
    assert {lanyard.verdict(content) for content in before_the_theft.values()} == {"broken"}
    assert {lanyard.verdict(content) for content in lanyard.files(["resigned"], before_the_theft).values()} == {"good"}


@each()
def test_a_badge_that_names_its_refresh_service_is_accepted_in_every_form(
    ask: Ask, lanyard: RunningLanyard, judge: Judge
):
    assert lanyard.document("refreshing")["refreshService"]["type"] == "1EdTechCredentialRefresh"
    assert refused(ask(judge, lanyard.files(["refreshing"], judge.forms))) == {}


@each()
def test_what_a_refresh_service_answers_is_accepted_by_a_program_that_fetches_it(
    panel: Panel, lanyard: RunningLanyard, judge: Judge
):
    address = lanyard.document("refreshing")["refreshService"]["id"]
    form = judge.forms[0]

    content = lanyard.get(address, accept="application/vc+jwt" if form == "jwt" else "application/vc")

    assert content == lanyard.file("refreshing", form)
    assert refused(panel.ask(judge, {f"refreshed.{form}": content})) == {}
    assert json.loads(lanyard.get(address)) == lanyard.document("refreshing")
