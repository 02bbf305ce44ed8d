"""A Lanyard that has moved, asked at both of its names, and programs of others that know nothing of the move.

The names are two ports of this machine: a did:web and a `Host` hold the port as they hold the name, and the verifiers
resolve both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.orm import Session

from app import clock
from app import service as services
from app.issuing import achievements, award_status, awards, consent, eras, issuers, learners
from app.issuing.awards import Award, Earned
from app.service import Service

from . import running_lanyard, tampering
from .foreign_verifiers import DIGITAL_BAZAAR, JOSE, JUDGES_OF_2_0, OPENBADGESLIB, VERIFIER_CORE, Judge, Opinion, Panel
from .running_lanyard import ACTOR, COURSE, ISSUER, RunningLanyard

JUDGES = (DIGITAL_BAZAAR, VERIFIER_CORE, OPENBADGESLIB, JOSE)
ASKS_FOR_STATUS = (DIGITAL_BAZAAR, VERIFIER_CORE, OPENBADGESLIB)
GOOD = ("good", "named", "early", "resigned", "refreshing")


@dataclass(frozen=True)
class Moved:
    """A service after its move: `before` knows its badges at the old name, `after` those that are new."""

    service: Service
    before: RunningLanyard
    after: RunningLanyard

    def change(self, badge: str, what: Callable[[Session, Any, Award], object]) -> None:
        """Do something with an old award, as the service of today does."""
        with self.service.database.write() as session:
            award = awards.by_id(session, self.before.badges[badge].rpartition("/")[2])
            what(session, self.service.office, award)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moved]:
    """Badges of before in every state, a move, and two servers of one service: one at each name."""
    home: Path = tmp_path_factory.mktemp("moved")
    port = running_lanyard.free_port()
    base_url = f"http://localhost:{port}"
    with running_lanyard.running(home) as before, before.service.database.write() as session:
        eras.move(session, before.service.office, base_url, actor=ACTOR)
    settings = before.service.settings.model_copy(update={"public_base_url": base_url})
    log = home / "server.log"
    with (
        running_lanyard.serving(settings, log),
        running_lanyard.serving(settings.model_copy(update={"port": port}), home / "second.log"),
    ):
        for each in (before.base_url, base_url):
            running_lanyard.wait(each, log)
        service = services.build(settings)
        made = Moved(service, before, RunningLanyard(service))
        _bring_about(made)
        yield made
        service.close()


def _bring_about(moved: Moved) -> None:
    with moved.service.database.write() as session:
        issuer = issuers.by_slug(session, ISSUER)
        achievement = achievements.by_slug(session, issuer, COURSE)
        for name in ("new", "new-and-revoked"):
            facts = {"namespace": None, "source_id": None, "display_name": None}
            learner = learners.resolve(session, issuer, email=f"{name}@st-anna.example", **facts)
            assert learner is not None
            earned = Earned(achievement, learner, clock.now())
            award = awards.award(session, moved.service.office, earned, actor=ACTOR).award
            moved.after.badges[name] = moved.service.office.addresses.badge(award.id)
            if name == "new-and-revoked":
                award_status.revoke(session, moved.service.office, award, reason="error", actor=ACTOR)
        newly_revoked = awards.by_id(session, moved.before.badges["expired"].rpartition("/")[2])
        learner = learners.by_id(session, issuer, newly_revoked.learner_id)
        consent.change(session, moved.service.office, learner, actor=ACTOR, name_shown=True)


def accepted(opinions: dict[str, Opinion]) -> dict[str, bool]:
    return {name: opinion.accepted for name, opinion in opinions.items()}


def at_the_new_name(moved: Moved, badges: tuple[str, ...], forms: tuple[str, ...]) -> dict[str, bytes]:
    """Old badges, as they are fetched at the address of today."""
    paths = {name: moved.before.badges[name].removeprefix(moved.before.base_url) for name in badges}
    return {
        f"{name}.{form}": moved.after.get(f"{moved.after.base_url}{paths[name]}.{form}")
        for form in forms
        for name in badges
    }


@pytest.mark.parametrize("judge", JUDGES, ids=str)
def test_badges_of_before_are_accepted_and_changed_ones_refused(moved: Moved, panel: Panel, judge: Judge):
    files = moved.before.files(GOOD, judge.forms)
    forged = {
        f"forged-{name}": tampering.changed(name.rpartition(".")[2], content, tampering.another_letter)
        for name, content in files.items()
        if name.startswith("good.")
    }

    assert at_the_new_name(moved, GOOD, judge.forms) == files
    assert accepted(panel.ask(judge, files)) == dict.fromkeys(files, True)
    assert accepted(panel.ask(judge, forged)) == dict.fromkeys(forged, False)


@pytest.mark.parametrize("judge", JUDGES, ids=str)
def test_badges_of_after_are_accepted_at_the_new_name_and_changed_ones_refused(
    moved: Moved, panel: Panel, judge: Judge
):
    files = moved.after.files(("new",), judge.forms)
    assert moved.after.document("new")["issuer"]["id"] == moved.after.did != moved.before.did
    forged = {
        f"forged-{name}": tampering.changed(name.rpartition(".")[2], content, tampering.another_letter)
        for name, content in files.items()
    }

    assert accepted(panel.ask(judge, files)) == dict.fromkeys(files, True)
    assert accepted(panel.ask(judge, forged)) == dict.fromkeys(forged, False)


@pytest.mark.parametrize("judge", ASKS_FOR_STATUS, ids=str)
def test_whoever_asks_the_old_address_hears_of_what_was_withdrawn_since(moved: Moved, panel: Panel, judge: Judge):
    files = moved.before.files(("suspended",), judge.forms)  # of which the signed entry is that of revocation
    if moved.before.verdict(files[f"suspended.{judge.forms[0]}"]) == "suspended":
        assert accepted(panel.ask(judge, files)) == dict.fromkeys(files, True)
        moved.change("suspended", lambda *what: award_status.revoke(*what, reason="error", actor=ACTOR))
    files |= moved.before.files(("revoked",), judge.forms) | moved.after.files(("new-and-revoked",), judge.forms)

    assert moved.before.list_url("suspended").startswith(moved.before.base_url)
    assert accepted(panel.ask(judge, files)) == dict.fromkeys(files, False)


@pytest.mark.parametrize("judge", JUDGES, ids=str)
def test_an_old_badge_that_was_signed_anew_is_accepted_by_its_old_names(moved: Moved, panel: Panel, judge: Judge):
    moved.change("good", lambda *what: award_status.reissue(*what, actor=ACTOR))
    files = moved.before.files(("good",), judge.forms)

    assert moved.before.document("good")["id"] == moved.before.badges["good"]
    assert moved.after.base_url not in str(moved.before.document("good"))
    assert accepted(panel.ask(judge, files)) == dict.fromkeys(files, True)


@pytest.mark.parametrize("judge", JUDGES_OF_2_0, ids=str)
def test_badges_of_open_badges_2_are_accepted_in_both_eras(moved: Moved, panel_of_2_0: Panel, judge: Judge):
    hosted = [moved.before.hosted("early"), moved.after.hosted("new")]
    hosted[0] = hosted[0].replace(moved.after.base_url, moved.before.base_url)
    signed = {f"{number}.signed": moved.after.get(f"{each}.jws") for number, each in enumerate(hosted)}

    assert [each.accepted for each in panel_of_2_0.ask_about(judge, hosted)] == [True, True]
    assert accepted(panel_of_2_0.ask(judge, signed)) == dict.fromkeys(signed, True)
    broken = {name: token[:-20] + b"A" * 20 for name, token in signed.items()}
    assert accepted(panel_of_2_0.ask(judge, broken)) == dict.fromkeys(broken, False)


def test_lanyard_says_the_same_at_both_names(moved: Moved):
    for asked in (moved.before, moved.after):
        for lanyard, badge, verdict in (
            (moved.before, "early", "good"),
            (moved.before, "revoked", "revoked"),
            (moved.before, "expired", "expired"),
            (moved.after, "new", "good"),
            (moved.after, "new-and-revoked", "revoked"),
        ):
            for form in ("json", "jwt", "png", "svg"):
                assert asked.verdict(lanyard.file(badge, form)) == verdict


def test_people_are_sent_on_from_the_old_name(moved: Moved):
    answer = httpx.get(moved.before.badges["early"], headers={"Accept": "text/html"}, trust_env=False)

    assert answer.status_code == 308
    assert answer.headers["location"].startswith(f"{moved.after.base_url}/b/")
