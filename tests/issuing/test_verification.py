"""Verification at this desk: our own badges are judged with our own keys, and nobody else's pass for ours."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace

import pytest

from app.credentials.report import Outcome, Verdict
from app.credentials.verify.resolver import KeyFound, ListFound, Missing, Unreachable
from app.issuing import achievements, award_status, awards, images, signing_keys, verification
from app.issuing.awards import Visibility
from app.issuing.office import Addresses
from app.issuing.verification import OwnHost


def stored(desk, award) -> awards.Credential:
    with desk.read() as session:
        return awards.credential_of(session, awards.by_id(session, award.id))


def judge(desk, document: bytes, **facts):
    with desk.read() as session:
        return verification.judge(session, desk.office, document, **facts)


# -- judging -------------------------------------------------------------------------------------------------


def test_a_badge_is_good_as_json_and_as_a_token(desk):
    credential = stored(desk, desk.award())

    assert judge(desk, credential.json).is_good
    assert judge(desk, credential.jwt).is_good


@pytest.mark.parametrize("member", ["name", "validFrom", "issuer", "credentialSubject", "credentialStatus", "id"])
def test_a_badge_without_one_of_its_members_is_not_good(desk, member):
    document = json.loads(stored(desk, desk.award()).json)
    del document[member]

    assert not judge(desk, json.dumps(document).encode()).is_good


def test_a_badge_is_good_for_its_holder_and_for_nobody_else(desk):
    credential = stored(desk, desk.award("Ana.ORTIZ@Hosp.Example"))

    assert judge(desk, credential.json, recipient="ana.ortiz@hosp.example ").is_good
    assert judge(desk, credential.json, recipient="bo@hosp.example").verdict is Verdict.WRONG_PERSON


def test_a_badge_of_an_issuer_elsewhere_cannot_be_told_and_is_not_called_false(desk):
    credential = stored(desk, desk.award())
    desk.office = replace(desk.office, addresses=Addresses("https://elsewhere.example"))

    report = judge(desk, credential.json)

    assert report.verdict is Verdict.CANNOT_TELL
    assert report.checks
    assert all(check.outcome is not Outcome.FAILED for check in report.checks)


def test_a_badge_that_claims_another_of_our_issuers_is_refused(desk):
    document = json.loads(stored(desk, desk.award()).json)
    other = desk.another_issuer()
    document["issuer"]["id"] = desk.office.addresses.did(other.issuer.slug)

    assert not judge(desk, json.dumps(document).encode()).is_good


@pytest.mark.parametrize(
    "document", [b"", b"{}", b"[]", b"hello", b"\xff\xfe", b"a.b.c", b"\x89PNG\r\n\x1a\n", b'{"a":1,"a":2}']
)
def test_what_is_no_badge_is_reported_and_never_raised(desk, document):
    assert not judge(desk, document).is_good


def test_a_suspended_badge_fails_though_its_own_entry_is_the_revocation(desk):
    award = desk.award()
    with desk.write() as session:
        found = awards.by_id(session, award.id)
        award_status.suspend(session, desk.office, found, reason="under review", actor="cli")

    assert judge(desk, stored(desk, award).json).verdict is Verdict.SUSPENDED
    assert judge(desk, stored(desk, award).jwt).verdict is Verdict.SUSPENDED


# -- what is found on this host ------------------------------------------------------------------------------


def test_a_key_is_found_under_each_of_its_names(desk):
    with desk.read() as session:
        host, addresses = OwnHost(lambda: nullcontext(session), desk.office), desk.office.addresses
        issuer_id = addresses.did(desk.issuer.slug)
        for key in signing_keys.of_issuer(session, desk.issuer):
            names = [f"{issuer_id}#{key.kid}", addresses.key(desk.issuer.slug, key.kid)]
            for name in names:
                found = host.key(name, issuer_id=issuer_id)
                assert isinstance(found, KeyFound)
                assert (found.public_jwk, found.controller) == (key.public_jwk, issuer_id)


def test_a_key_of_one_issuer_is_missing_for_another(desk):
    other = desk.another_issuer()
    with desk.read() as session:
        kid = signing_keys.of_issuer(session, other.issuer)[0].kid
        issuer_id = desk.office.addresses.did(desk.issuer.slug)

        host = OwnHost(lambda: nullcontext(session), desk.office)
        assert isinstance(host.key(f"{issuer_id}#{kid}", issuer_id=issuer_id), Missing)


@pytest.mark.parametrize(
    "issuer_id",
    [
        "did:web:elsewhere.example:issuers:st-anna", "did:web:badges.test:st-anna", "st-anna", "", "did:key:z6Mk",
        "http://badges.test/issuers/st-anna", "did:web:badges.test:issuers:ST-ANNA", "did:web:badges.test:issuers:",
    ],
)  # fmt: skip
def test_an_issuer_that_only_looks_like_ours_is_out_of_reach(desk, issuer_id):
    with desk.read() as session:
        host = OwnHost(lambda: nullcontext(session), desk.office)
        assert isinstance(host.key("x", issuer_id=issuer_id), Unreachable)


def test_a_status_list_is_found_at_its_address_and_nowhere_else(desk):
    url = json.loads(stored(desk, desk.award()).json)["credentialStatus"]["statusListCredential"]

    with desk.read() as session:
        host = OwnHost(lambda: nullcontext(session), desk.office)
        assert isinstance(host.status_list(url), ListFound)
        for other in (url + "x", url.replace("badges.test", "elsewhere.example"), url + "/", url.upper(), "", "../x"):
            assert isinstance(host.status_list(other), Unreachable), other


# -- a badge by its address ----------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["", ".json", ".jwt", ".png"])
def test_a_badge_is_found_by_its_address_with_any_suffix(desk, suffix):
    award = desk.award()

    with desk.read() as session:
        found = verification.badge_document(session, desk.office, desk.office.addresses.badge(award.id) + suffix)
    assert found == stored(desk, award).json


@pytest.mark.parametrize("change", ["{}x", "{}/", "{}.exe", "{}?a=b", "https://elsewhere.example/b/x", "/b/x", ""])
def test_what_is_no_address_of_a_badge_here_finds_nothing(desk, change):
    address = change.format(desk.office.addresses.badge(desk.award().id))

    with desk.read() as session:
        assert verification.badge_document(session, desk.office, address) is None


def test_a_private_badge_is_not_found_by_its_address(desk):
    award = desk.award()
    with desk.write() as session:
        award_status.set_visibility(session, awards.by_id(session, award.id), Visibility.PRIVATE, actor="cli")

    with desk.read() as session:
        assert verification.badge_document(session, desk.office, desk.office.addresses.badge(award.id)) is None


def test_an_address_is_ours_only_below_the_whole_base_address(desk):
    for ours in ("http://badges.test/b/x", "http://BADGES.test/b/x", "http://badges.test:80/b/x"):
        assert verification.is_own_address(desk.office, ours)
    for other in (
        "http://badges.test.evil.example/b/x",
        "https://badges.test/b/x",
        "http://badges.tes/b/x",
        "http://badges.test:x/b",
    ):
        assert not verification.is_own_address(desk.office, other)


def test_the_picture_alone_is_no_badge(desk):
    achievement = desk.achievement()
    with desk.read() as session:
        version = achievements.current(session, achievements.by_id(session, achievement.id))
        picture = images.content(session, version.image_sha256)

    assert judge(desk, picture).verdict is Verdict.UNREADABLE
