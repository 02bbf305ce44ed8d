"""Our own badges of Open Badges 2.0, hosted and signed, are judged at this desk as a stranger would judge them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.credentials.report import Report, Verdict
from app.credentials.verify.resolver import DocumentFound, Missing
from app.issuing import achievements, award_status, awards, issuers, open_badges_2, open_badges_2_desk, verification
from app.issuing.awards import Award, Visibility


@pytest.fixture
def award(desk) -> Award:
    """An award of an achievement that is published as Open Badges 2.0 too."""
    made = desk.draft()
    with desk.write() as session:
        issuers.update(session, issuers.by_id(session, desk.issuer.id), actor="cli", email="badges@st-anna.test")
        open_badges_2.switch(session, achievements.by_id(session, made.id), on=True, actor="cli")
        achievements.publish(session, desk.office, achievements.by_id(session, made.id), actor="cli")
        achievement = achievements.by_id(session, made.id)
    return desk.award(achievement=achievement)


def hosted(desk: Any, award: Award) -> bytes:
    with desk.read() as session:
        found = open_badges_2.hosted_assertion(session, desk.office, awards.by_id(session, award.id))
    return json.dumps(found.document).encode()


def signed(desk: Any, award: Award) -> bytes:
    with desk.read() as session:
        return open_badges_2.signed_assertion(session, awards.by_id(session, award.id))


def judge(desk: Any, document: bytes, **facts: Any) -> Report:
    with desk.read() as session:
        return verification.judge(session, desk.office, document, **facts)


def at(desk: Any, path: str) -> DocumentFound | Missing:
    with desk.read() as session:
        return open_badges_2_desk.document_at(session, desk.office, path)


def change(desk: Any, award: Award, what: Any, **facts: Any) -> None:
    with desk.write() as session:
        what(session, desk.office, awards.by_id(session, award.id), actor="cli", **facts)


def test_hosted_and_signed_are_good_and_belong_to_their_holder(desk, award):
    for document in (hosted(desk, award), signed(desk, award)):
        report = judge(desk, document, recipient="mira.holm@hospital.test")

        assert report.verdict is Verdict.GOOD, report.to_dict()
        assert report.warnings == ()
        assert report.credential.standard == "Open Badges 2.0"
        assert report.credential.achievement_name == "Basic Life Support"
        assert judge(desk, document, recipient="bo@hospital.test").verdict is Verdict.WRONG_PERSON


def test_the_tampered_twin_of_the_hosted_one_shows_what_is_published(desk, award):
    tampered = json.loads(hosted(desk, award)) | {"expires": "2099-01-01T00:00:00Z"}

    report = judge(desk, json.dumps(tampered).encode())

    assert report["proof"].code == "copy_differs"
    assert report.credential == judge(desk, hosted(desk, award)).credential


def test_the_tampered_twin_of_the_signed_one_is_broken(desk, award):
    token = signed(desk, award).decode()
    flipped = token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:]

    assert judge(desk, flipped.encode()).verdict is Verdict.BROKEN


@pytest.mark.parametrize("what", [award_status.revoke, award_status.suspend])
def test_withdrawn_or_paused_neither_counts(desk, award, what):
    """Open Badges 2.0 has no word for paused."""
    before = hosted(desk, award)
    change(desk, award, what, reason="Under review")

    assert judge(desk, before).verdict is Verdict.REVOKED
    assert judge(desk, signed(desk, award)).verdict is Verdict.REVOKED


def test_a_private_badge_is_not_there_for_anybody(desk, award):
    before = hosted(desk, award)
    with desk.write() as session:
        awards.by_id(session, award.id).visibility = Visibility.PRIVATE

    assert judge(desk, before)["proof"].code == "not_found"


@pytest.mark.parametrize(
    "path", ["ob2/", "ob2/assertions/", "ob2/assertions/a.jws", "ob2/issuers/nobody", "ob2/issuers/st-anna/keys/none"]
)
def test_what_is_not_there_is_missing(desk, path):
    assert at(desk, path) == Missing()


def test_a_document_of_ours_is_found_over_either_scheme(desk):
    ours = desk.office.addresses.base_url.partition("://")[2]

    place = verification.OwnPlace("ob2/x", era=1)
    assert verification.own_place(desk.office, f"https://{ours}/ob2/x") == place
    assert verification.own_place(desk.office, f"http://{ours}/ob2/x") == place
    assert verification.own_place(desk.office, f"https://{ours}.evil.example/x") is None
    assert verification.own_place(desk.office, f"ftp://{ours}/x") is None
