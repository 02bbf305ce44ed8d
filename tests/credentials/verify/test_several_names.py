"""Whose a badge is, asked with every name of one person: one that matches is enough, and the verdict stays apart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.credentials.report import Outcome, Verdict
from app.credentials.verify import recipient, verify
from app.credentials.verify.conclusion import apart_from_the_person
from app.credentials.verify.resolver import DocumentFound, KeyFound, ListFound, Missing, Unreachable
from tests.badges_elsewhere import AWARDED_AT, MIRA, badge
from tests.endorsers import endorser

OTHERS = ("bo@dales.example", "did:key:z6Mk")


class Nobody:
    """A world in which nobody can be asked."""

    def key(self, verification_method: str, *, issuer_id: str) -> KeyFound | Missing | Unreachable:
        del verification_method, issuer_id
        return Unreachable()

    def status_list(self, url: str) -> ListFound | Unreachable:
        del url
        return Unreachable()

    def document(self, url: str) -> DocumentFound | Missing | Unreachable:
        del url
        return Unreachable()

    def superseded_by(self, credential_id: str) -> None:
        del credential_id

    def further_entries(self, credential_id: str) -> tuple[()]:
        del credential_id
        return ()


@pytest.mark.parametrize(
    ("names", "outcome"),
    [((*OTHERS, MIRA), Outcome.PASSED), (OTHERS, Outcome.FAILED), (OTHERS[1:], Outcome.UNKNOWN), ((), Outcome.UNKNOWN)],
    ids=["one matches", "an address differs", "it states nothing of that kind", "no name"],
)
def test_one_name_that_matches_is_enough(names: tuple[str, ...], outcome: Outcome) -> None:
    report = verify(badge(endorser()), now=AWARDED_AT, resolve=Nobody(), recipient=names)

    assert report["recipient"].outcome is outcome
    assert apart_from_the_person(report).verdict is Verdict.GOOD
    assert apart_from_the_person(report)["recipient"] == report["recipient"]


def test_apart_from_the_person_an_ended_badge_has_ended() -> None:
    document = badge(endorser(), valid_until=AWARDED_AT + timedelta(days=1))

    report = verify(document, now=AWARDED_AT + timedelta(days=2), resolve=Nobody(), recipient=OTHERS)

    assert apart_from_the_person(report).verdict is Verdict.EXPIRED


@pytest.mark.parametrize(
    ("named", "outcome"),
    [("mailto:Mira.Holm@hospital.test", Outcome.PASSED), ("mailto:bo@dales.example", Outcome.FAILED)],
)
def test_a_subject_that_is_a_mail_address_is_compared_as_one(named: str, outcome: Outcome) -> None:
    assert recipient.check({"credentialSubject": {"id": named}}, MIRA).outcome is outcome
