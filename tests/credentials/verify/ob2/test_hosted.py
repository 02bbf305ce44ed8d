"""A hosted badge is what stands at its own address today; whatever was handed in only says which address that is."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.credentials.report import Outcome, Verdict
from app.credentials.verify import DocumentFound, Missing, Unreachable, ob2

PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
NAMES = ["format", "schema", "context", "proof", "issuer", "dates", "status", "superseded"]


def test_a_hosted_badge_is_good_and_says_what_stands_at_its_address(web: Any):
    report = web.judge_hosted()

    assert report.verdict is Verdict.GOOD
    assert report.sentence == ("This badge is good until 1 March 2028. It is what badges.example publishes today.")
    assert report.credential.to_dict() == {
        "credential_id": web.ASSERTION,
        "issuer_id": web.ISSUER,
        "issuer_name": "Example Hospital",
        "issuer_url": "https://badges.example",
        "achievement_id": web.CLASS,
        "achievement_name": "Basic Life Support",
        "achievement_description": "Can resuscitate an adult.",
        "criteria_narrative": "Pass the station.",
        "criteria_url": f"{web.CLASS}/criteria",
        "image_url": "https://badges.example/bls.png",
        "valid_from": "2026-03-01T09:00:00Z",
        "valid_until": "2028-03-01T09:00:00Z",
        "awarded_date": "2026-03-01T09:00:00Z",
        "standard": "Open Badges 2.0",
        "signed_by": "badges.example",
    }


def test_its_checks_have_the_names_and_the_order_of_every_report(web: Any):
    assert [check.name for check in web.judge_hosted().checks] == NAMES
    assert [check.name for check in web.verify("{}").checks] == NAMES


def test_each_object_is_asked_for_once_and_no_context_ever(web: Any):
    web.judge_hosted()

    assert web.asked == [web.ASSERTION, web.CLASS, web.ISSUER]


@pytest.mark.parametrize(
    "change",
    [
        {"expires": "2099-01-01T00:00:00Z"},
        {"badge": "https://evil.example/classes/surgery"},
        {"recipient": {"type": "email", "hashed": False, "identity": "mallory@evil.example"}},
        {"revoked": False},
    ],
)
def test_a_changed_copy_is_discarded_and_the_report_says_so(web: Any, change: dict[str, Any]):
    """The standard discards the copy; its reader has to know that it is not what was judged."""
    copied = {**web.pages[web.ASSERTION], **change}

    report = web.verify(copied, recipient="ana@example.org")

    assert (report["proof"].outcome, report["proof"].code) == (PASSED, "copy_differs")
    assert "differs from the badge that badges.example publishes" in report.sentence
    assert report.credential == web.judge_hosted().credential
    assert "evil.example" not in json.dumps(report.to_dict())


def test_a_copy_of_a_badge_that_was_never_published_is_not_good(web: Any):
    copied = {**web.pages[web.ASSERTION], "id": "https://badges.example/assertions/2"}
    web.pages[copied["id"]] = Missing()

    report = web.verify(copied)

    assert (report.verdict, report["proof"].code) == (Verdict.CANNOT_TELL, "not_found")
    assert report.credential is None


def test_the_address_alone_is_enough(web: Any):
    report = ob2.judge(web.ASSERTION, now=NOW, resolve=web)

    assert (report.verdict, report["format"].code) == (Verdict.GOOD, "address")
    assert report.credential == web.judge_hosted().credential


@pytest.mark.parametrize("address", ["https://", "http://u@badges.example/1", "https://badges.example/a/../1"])
def test_an_address_with_two_readings_is_never_asked(web: Any, address: str):
    report = ob2.judge(address, now=NOW, resolve=web)

    assert report.verdict is Verdict.UNREADABLE
    assert web.asked == []


# -- withdrawn, out of reach, not there -----------------------------------------------------------------------


def test_410_is_the_issuers_word_that_it_is_withdrawn(web: Any):
    """Trap 32: verifiers that ignore the 410 show withdrawn badges as good."""
    copied = web.pages[web.ASSERTION]
    body = {"id": web.ASSERTION, "revoked": True, "revocationReason": "Issued in error."}
    web.pages[web.ASSERTION] = DocumentFound(json.dumps(body).encode(), is_gone=True)

    report = web.verify(copied)

    assert (report.verdict, report["status"].code) == (Verdict.REVOKED, "revoked")
    assert report.sentence == (
        "It was withdrawn by its issuer, badges.example. The reason that it gives: Issued in error."
    )
    assert report.credential is None


def test_410_without_anything_that_can_be_read_is_enough(web: Any):
    copied = web.pages[web.ASSERTION]
    web.pages[web.ASSERTION] = DocumentFound(b"<h1>Gone</h1>", "text/html", is_gone=True)

    assert web.verify(copied).verdict is Verdict.REVOKED


@pytest.mark.parametrize("form", ["whole", "stub"])
def test_a_body_that_says_revoked_is_withdrawn_too(web: Any, form: str):
    copied = web.pages[web.ASSERTION]
    stub = {"@context": copied["@context"], "id": web.ASSERTION, "type": "Assertion"}
    web.pages[web.ASSERTION] = {**(copied if form == "whole" else stub), "revoked": True, "revocationReason": "Left"}

    report = web.verify(copied)

    assert (report.verdict, report["status"].code) == (Verdict.REVOKED, "revoked")
    assert "Left" in report["status"].sentence


@pytest.mark.parametrize("revoked", ["true", "false", 1, 0, "", []])
def test_a_revoked_that_is_neither_yes_nor_no_is_unknown(web: Any, revoked: Any):
    web.pages[web.ASSERTION]["revoked"] = revoked

    report = web.judge_hosted()

    assert (report.verdict, report["status"].code) == (Verdict.CANNOT_TELL, "revoked_malformed")


def test_a_copy_that_leaves_revoked_out_does_not_help(web: Any):
    copied = copy.deepcopy(web.pages[web.ASSERTION])
    web.pages[web.ASSERTION]["revoked"] = True

    assert web.verify(copied).verdict is Verdict.REVOKED


@pytest.mark.parametrize(
    ("address", "check", "answer", "verdict", "code"),
    [
        ("ASSERTION", "proof", Unreachable(), Verdict.CANNOT_TELL, "host_unreachable"),
        ("ASSERTION", "proof", Missing(), Verdict.CANNOT_TELL, "not_found"),
        ("ASSERTION", "proof", DocumentFound(b"<html>"), Verdict.CANNOT_TELL, "unreadable"),
        ("ASSERTION", "proof", DocumentFound(b"[]"), Verdict.CANNOT_TELL, "unreadable"),
        ("ASSERTION", "proof", DocumentFound(b'{"id":1,"id":2}'), Verdict.CANNOT_TELL, "unreadable"),
        ("CLASS", "schema", Unreachable(), Verdict.CANNOT_TELL, "achievement_unreachable"),
        ("CLASS", "schema", Missing(), Verdict.CANNOT_TELL, "achievement_not_found"),
        ("CLASS", "schema", DocumentFound(b"{}", is_gone=True), Verdict.CANNOT_TELL, "achievement_not_found"),
        ("CLASS", "schema", DocumentFound(b"no"), Verdict.CANNOT_TELL, "achievement_unreachable"),
        ("ISSUER", "issuer", Unreachable(), Verdict.CANNOT_TELL, "issuer_unreachable"),
        ("ISSUER", "issuer", DocumentFound(b"no"), Verdict.CANNOT_TELL, "issuer_unreachable"),
        ("ISSUER", "issuer", Missing(), Verdict.UNKNOWN_ISSUER, "issuer_not_found"),
    ],
    ids=str,
)
def test_what_cannot_be_had_never_makes_a_good_badge(
    web: Any, address: str, check: str, answer: Any, *, verdict: Verdict, code: str
):
    copied = web.pages[web.ASSERTION]
    web.pages[getattr(web, address)] = answer

    report = web.verify(copied)

    assert (report.verdict, report[check].code) == (verdict, code)
    assert report.credential is None


# -- where it is kept -----------------------------------------------------------------------------------------

ELSEWHERE = "https://evil.example/assertions/1"


def test_a_badge_kept_on_a_strangers_host_is_broken(web: Any):
    """Anybody can publish a badge that names somebody else's class."""
    web.pages[ELSEWHERE] = {**web.pages[web.ASSERTION], "id": ELSEWHERE}

    report = web.verify(web.pages[ELSEWHERE])

    assert (report.verdict, report["issuer"].code) == (Verdict.BROKEN, "outside_scope")
    assert report.credential is None


@pytest.mark.parametrize("embedded", ["issuer", "badge"])
def test_bringing_an_own_version_of_the_issuer_along_does_not_help(web: Any, embedded: str):
    """T18: the copy inside says that the stranger's host is fine; the issuer itself does not."""
    issuer = {**web.pages[web.ISSUER], "verification": {"allowedOrigins": "evil.example"}}
    badge_class = {**web.pages[web.CLASS], "issuer": issuer}
    mine = {**badge_class, "id": "https://evil.example/class"}
    web.pages["https://evil.example/class"] = mine
    web.pages[ELSEWHERE] = {
        **web.pages[web.ASSERTION], "id": ELSEWHERE, "badge": badge_class if embedded == "badge" else mine
    }  # fmt: skip

    assert web.verify(web.pages[ELSEWHERE])["issuer"].code == "outside_scope"


@pytest.mark.parametrize(
    ("policy", "within"),
    [
        ({"allowedOrigins": "files.example"}, True),
        ({"allowedOrigins": ["badges.example", "FILES.example"]}, True),
        ({"allowedOrigins": ["badges.example"]}, False),
        ({"allowedOrigins": ["https://files.example"]}, False),
        ({"allowedOrigins": ["files.example:443"]}, False),
        ({"allowedOrigins": [7, None, {"id": "files.example"}]}, False),
        ({"startsWith": "https://files.example/hospital/"}, True),
        ({"startsWith": ["https://other.example/", "https://files.example/hospital/"]}, True),
        ({"startsWith": "https://files.example/school/"}, False),
        ({"startsWith": "https://files.example.evil/"}, False),
        ({"startsWith": "https://files.exam"}, False),
        ({"startsWith": "https"}, False),
        ({"startsWith": 7}, False),
        ({"startsWith": "https://files.example/", "allowedOrigins": "files.example"}, True),
        ({"startsWith": "https://files.example/", "allowedOrigins": "badges.example"}, False),
        ({"startsWith": "https://files.example/school/", "allowedOrigins": "files.example"}, False),
        ({"verificationProperty": "id"}, False),
        ("id", False),
        ([], False),
        (None, False),
    ],
    ids=str,
)
def test_the_issuer_says_where_its_badges_may_be_kept(web: Any, policy: Any, *, within: bool):
    address = "https://files.example/hospital/1"
    web.pages[address] = {**web.pages[web.ASSERTION], "id": address}
    web.change(web.ISSUER, verification=policy)

    report = web.verify(web.pages[address])

    assert (report.verdict is Verdict.GOOD) is within
    assert report["issuer"].code == ("host_is_the_issuers" if within else "outside_scope")


def test_another_port_is_another_origin(web: Any):
    address = "https://badges.example:8443/assertions/1"
    web.pages[address] = {**web.pages[web.ASSERTION], "id": address}

    assert web.verify(web.pages[address])["issuer"].code == "outside_scope"


# -- addresses that lead on -----------------------------------------------------------------------------------


def test_a_plain_http_address_is_asked_over_https(web: Any):
    """What comes over http, anybody on the way could have written."""
    for address in (web.ASSERTION, web.CLASS, web.ISSUER):
        page = json.dumps(web.pages[address]).replace("https://badges", "http://badges")
        web.pages[address] = json.loads(page)

    report = web.judge_hosted()

    assert report.verdict is Verdict.GOOD
    assert web.asked == [web.ASSERTION, web.CLASS, web.ISSUER]


def test_this_machine_itself_is_asked_over_http(web: Any):
    pages = {}
    for address in (web.ASSERTION, web.CLASS, web.ISSUER):
        text = json.dumps(web.pages[address]).replace("https://badges.example", "http://127.0.0.1:8000")
        pages[address.replace("https://badges.example", "http://127.0.0.1:8000")] = json.loads(text)
    web.pages = pages

    assert web.verify(pages["http://127.0.0.1:8000/assertions/1"]).verdict is Verdict.GOOD


@pytest.mark.parametrize("part", ["CLASS", "ISSUER", "ASSERTION"])
def test_an_object_that_calls_itself_by_another_address_is_asked_there(web: Any, part: str):
    address, name = "https://badges.example/short", getattr(web, part)
    web.pages[address] = web.pages[name]
    holder, member = {"CLASS": (web.ASSERTION, "badge"), "ISSUER": (web.CLASS, "issuer"), "ASSERTION": (None, "")}[part]
    if holder:
        web.pages[holder][member] = address
    report = ob2.judge(address if part == "ASSERTION" else web.ASSERTION, now=NOW, resolve=web)

    assert report.verdict is Verdict.GOOD
    assert [caution.code for caution in report.warnings] == ["kept_elsewhere"]


@pytest.mark.parametrize(
    ("part", "check", "code"),
    [("CLASS", "schema", "badge"), ("ISSUER", "issuer", "issuer_differs"), ("ASSERTION", "proof", "id_differs")],
)
def test_and_has_to_agree_there(web: Any, part: str, check: str, code: str):
    """Else one that only calls itself the hospital's issuer would be the hospital."""
    name, other = getattr(web, part), "https://badges.example/other"
    web.pages[other] = {**web.pages[name], "id": "https://badges.example/a-third"}
    copied = copy.deepcopy(web.pages[web.ASSERTION])
    web.pages[name] = {**web.pages[name], "id": other}

    report = web.verify(copied)

    assert (report[check].outcome, report[check].code) == (FAILED, code)
    assert not report.is_good


OPEN_DOOR = "https://badges.example/out?to=https://evil.example"


def led_on(page: dict[str, Any], url: str) -> DocumentFound:
    return DocumentFound(json.dumps(page).encode(), url=url)


@pytest.mark.parametrize(
    ("part", "check"), [("ASSERTION", "proof"), ("CLASS", "schema"), ("ISSUER", "issuer")], ids=str
)
def test_what_another_host_answers_after_a_redirect_is_not_the_issuers_word(web: Any, part: str, check: str):
    """Many hosts send on to any address behind their own; then a stranger would answer in the hospital's name."""
    door = f"{OPEN_DOOR}/{part}"
    forged = {**web.pages[getattr(web, part)], "id": door}
    web.pages[door] = led_on(forged, f"https://evil.example/{part}")
    holder, member = {"CLASS": (web.ASSERTION, "badge"), "ISSUER": (web.CLASS, "issuer"), "ASSERTION": (None, "")}[part]
    if holder:
        web.pages[holder][member] = door

    report = web.verify(forged if part == "ASSERTION" else web.pages[web.ASSERTION])

    assert (report[check].outcome, report.verdict) == (UNKNOWN, Verdict.CANNOT_TELL)
    assert report.credential is None


def test_a_key_after_a_redirect_is_not_the_issuers_either(web: Any):
    web.pages[web.KEY] = led_on(web.pages[web.KEY], "https://evil.example/key")

    assert web.verify(web.signed())["issuer"].code == "issuer_unreachable"


def test_a_redirect_on_the_same_host_is_the_hosts_own_answer(web: Any):
    copied = web.pages[web.ASSERTION]
    web.pages[web.ASSERTION] = led_on(copied, f"{web.ASSERTION}?v=2_0")

    assert web.verify(copied).verdict is Verdict.GOOD


def test_but_not_out_of_the_part_that_is_the_issuers(web: Any):
    copied = web.pages[web.ASSERTION]
    web.change(web.ISSUER, verification={"startsWith": "https://badges.example/assertions/"})
    web.pages[web.ASSERTION] = led_on(copied, "https://badges.example/uploads/1")

    report = web.verify(copied)

    assert (report.verdict, report["issuer"].code) == (Verdict.CANNOT_TELL, "redirected")


def test_a_badge_that_moved_house_is_asked_for_where_it_now_says_it_lives(web: Any):
    """The old address sends on, and the badge calls itself by the new one."""
    old = "https://old.example/1"
    web.pages[old] = led_on(web.pages[web.ASSERTION], web.ASSERTION)

    report = ob2.judge(old, now=NOW, resolve=web)

    assert (report.verdict, report.credential.credential_id) == (Verdict.GOOD, web.ASSERTION)
    assert [caution.code for caution in report.warnings] == ["kept_elsewhere"]


@pytest.mark.parametrize(
    ("name", "check", "code"), [("urn:uuid:1", "proof", "id_differs"), (None, "schema", "id"), (7, "schema", "id")]
)
def test_a_badge_that_does_not_call_itself_by_its_address_is_not_it(web: Any, name: Any, check: str, code: str):
    copied = copy.deepcopy(web.pages[web.ASSERTION])
    web.change(web.ASSERTION, id=name)

    report = web.verify(copied)

    assert (report[check].outcome, report[check].code) == (FAILED, code)


def test_a_badge_of_3_0_is_judged_as_one_whatever_else_it_says(web: Any):
    """An older context beside its own does not turn it into a badge without a signature."""
    both = {**web.pages[web.ASSERTION], "type": ["VerifiableCredential", "OpenBadgeCredential", "Assertion"]}

    assert ob2.generation_of(both) is None
    assert not web.verify(both).is_good
    assert web.asked == []


def test_an_issuer_without_an_address_is_called_by_where_it_was_found(web: Any):
    """It may call itself anything; only whoever answers at that address is known."""
    web.change(web.ISSUER, id="urn:uuid:2d391246-6e0d-4dab-906c-b29770bd7aa6", name="Harvard")

    report = web.judge_hosted()

    assert report.verdict is Verdict.GOOD
    assert (report.credential.issuer_id, report.credential.signed_by) == (web.ISSUER, "badges.example")
    assert [caution.code for caution in report.warnings] == ["issuer_not_address"]


def test_parts_without_an_address_belong_to_the_badge_around_them(web: Any):
    issuer = {"type": "Profile", "id": "urn:uuid:1", "name": "Ward 3", "url": "https://badges.example"}
    badge_class = {**web.pages[web.CLASS], "id": "urn:uuid:2", "issuer": issuer}
    web.change(web.ASSERTION, badge={name: value for name, value in badge_class.items() if name != "@context"})

    report = web.judge_hosted()

    assert report.verdict is Verdict.GOOD
    assert report.credential.issuer_id == web.ASSERTION
    assert report.credential.achievement_id == "urn:uuid:2"
    assert web.asked == [web.ASSERTION]


def test_a_name_that_can_look_like_another_is_cautioned_about(web: Any):
    web.change(web.ISSUER, name="H\u0430rvard")

    assert [caution.code for caution in web.judge_hosted().warnings] == ["name_mixed_alphabets"]


def test_registries_are_asked_about_the_issuer(web: Any):
    listed = web.judge_hosted(known_in=lambda issuer_id: ("Hospitals",) if issuer_id == web.ISSUER else ())
    unlisted = web.judge_hosted(known_in=lambda _: ())

    assert (listed.known_in, listed.warnings) == (("Hospitals",), ())
    assert [caution.code for caution in unlisted.warnings] == ["issuer_not_listed"]


# -- dates, newer badges, holders -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"expires": "2026-06-01T12:00:00Z"}, Verdict.EXPIRED),
        ({"expires": "2026-06-01T12:00:01Z"}, Verdict.GOOD),
        ({"expires": "2026-06-01"}, Verdict.EXPIRED),
        ({"expires": "2026-06-02"}, Verdict.GOOD),
        ({"expires": None}, Verdict.GOOD),
        ({"issuedOn": "2026-06-01T14:00:00+02:00"}, Verdict.GOOD),
        ({"issuedOn": "2026-06-01T14:00:01+02:00"}, Verdict.NOT_YET_VALID),
        ({"issuedOn": "2026-03-01"}, Verdict.GOOD),
        ({"issuedOn": "2017-10-01T00:00Z"}, Verdict.GOOD),
        ({"issuedOn": "2017-06-29T21:50:14.134000"}, Verdict.GOOD),
        ({"issuedOn": "2030-01-01", "expires": "2029-01-01"}, Verdict.UNREADABLE),
        ({"issuedOn": "yesterday"}, Verdict.UNREADABLE),
        ({"issuedOn": 1_772_355_600}, Verdict.UNREADABLE),
        ({"issuedOn": "2026-02-30"}, Verdict.UNREADABLE),
        ({"expires": "never"}, Verdict.UNREADABLE),
        ({"expires": ["2099-01-01"]}, Verdict.UNREADABLE),
    ],
    ids=str,
)
def test_its_dates_decide(web: Any, changes: dict[str, Any], verdict: Verdict):
    web.change(web.ASSERTION, **changes)

    assert web.judge_hosted().verdict is verdict


def test_a_badge_that_a_newer_one_replaced_says_which(web: Any):
    web.newer[web.ASSERTION] = "https://badges.example/assertions/9"

    report = web.judge_hosted()

    assert (report.verdict, report.superseded_by) == (Verdict.SUPERSEDED, "https://badges.example/assertions/9")


HASHED = {"type": "email", "hashed": True, "salt": "Kosher"}


@pytest.mark.parametrize(
    ("recipient", "asked", "code"),
    [
        (None, "ana@example.org", "matches"),
        (None, " ANA@Example.org ", "matches"),
        (None, "bob@example.org", "differs"),
        (None, "4711", "not_stated"),
        ({"type": "email", "hashed": False, "identity": "ana@example.org"}, "ana@example.org", "matches"),
        ({"type": "email", "hashed": False, "identity": "ana@example.org"}, "bob@example.org", "differs"),
        ({**HASHED, "identity": "md5$0cc175b9c0f1b6a831c399e269772661"}, "ana@example.org", "hash_unknown"),
        ({**HASHED, "salt": "other", "identity": "sha256$00"}, "ana@example.org", "differs"),
        ({"type": "id", "hashed": False, "identity": "did:example:ana"}, "did:example:ana", "matches"),
        ({"type": "url", "hashed": False, "identity": "https://ana.example"}, "https://bob.example", "differs"),
    ],
    ids=str,
)
def test_it_belongs_to_whom_it_names(web: Any, recipient: dict[str, Any] | None, asked: str, code: str):
    if recipient:
        web.change(web.ASSERTION, recipient=recipient)

    report = web.judge_hosted(recipient=asked)

    assert report["recipient"].code == code
    assert report.is_good == (code == "matches")


# -- what it must have ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "changes", "code"),
    [
        ("ASSERTION", {"type": "OtherAssertion"}, "type"),
        ("ASSERTION", {"type": ["Assertion", "UNKNOWN"]}, "type_unknown"),
        ("ASSERTION", {"type": []}, "type"),
        ("ASSERTION", {"recipient": None}, "recipient"),
        ("ASSERTION", {"recipient": {"type": "email", "identity": ""}}, "recipient"),
        ("ASSERTION", {"recipient": {"type": "email", "identity": "a@b.c", "hashed": "yes"}}, "recipient"),
        ("ASSERTION", {"badge": None}, "badge"),
        ("ASSERTION", {"badge": "urn:uuid:1"}, "badge"),
        ("ASSERTION", {"badge": "ftp://badges.example/classes/bls"}, "badge"),
        ("ASSERTION", {"verification": None}, "verification"),
        ("ASSERTION", {"verification": {"type": "faith"}}, "verification"),
        ("ASSERTION", {"issuedOn": None}, "issued_on"),
        ("ASSERTION", {"image": "data:image/png;base64,AAAA"}, "image"),
        ("ASSERTION", {"image": {"id": "DATA:image/png;base64,AAAA"}}, "image"),
        ("ASSERTION", {"extensions:x": {"type": ["Extension", "obi:extensions/#Example"]}}, "type_unknown"),
        ("ASSERTION", {"extensions:x": {"type": "extensions:Example"}}, "extension"),
        ("CLASS", {"type": "Issuer"}, "type"),
        ("CLASS", {"name": None}, "achievement"),
        ("CLASS", {"description": " "}, "achievement"),
        ("CLASS", {"criteria": {}}, "criteria"),
        ("CLASS", {"issuer": None}, "issuer"),
        ("CLASS", {"issuer": "Example Hospital"}, "issuer"),
        ("ISSUER", {"type": "Criteria"}, "type"),
        ("ISSUER", {"name": None}, "issuer"),
    ],
    ids=str,
)
def test_a_badge_without_what_it_must_have_is_not_one(web: Any, address: str, changes: dict[str, Any], code: str):
    web.change(getattr(web, address), **changes)

    report = web.judge_hosted()

    assert (report["schema"].outcome, report["schema"].code) == (FAILED, code)
    assert report.verdict is Verdict.UNREADABLE


@pytest.mark.parametrize(
    ("address", "changes"),
    [
        ("ASSERTION", {"type": ["Assertion", "https://badges.example/Certificate"]}),
        ("ASSERTION", {"evidence": "https://badges.example/evidence", "narrative": "Calm"}),
        ("ASSERTION", {"evidence": [{"id": "_:b1", "narrative": "Calm"}], "image": {"id": "https://badges.example/x"}}),
        ("ASSERTION", {"endorsement": ["https://other.example/endorsement"], "verification": {"type": "hosted"}}),
        ("ASSERTION", {"extensions:x": {"type": ["Extension", "extensions:Example"], "anything": {"type": "at all"}}}),
        ("ASSERTION", {"unheardOf": {"@type": 7}}),
        ("CLASS", {"image": "data:image/png;base64,AAAA"}),
        ("CLASS", {"image": {"id": "https://badges.example/x.png", "author": "https://x.example", "caption": "x"}}),
        ("CLASS", {"image": None, "criteria": "https://badges.example/criteria"}),
        ("CLASS", {"@language": "es", "related": {"id": "https://badges.example/en", "@language": "en-US"}}),
        ("CLASS", {"alignment": [{"targetName": "x", "targetUrl": "https://x.example"}], "tags": ["x"]}),
        ("ISSUER", {"type": "Profile", "email": None, "publicKey": None, "revocationList": None}),
    ],
    ids=str,
)
def test_what_it_may_have_leaves_it_good(web: Any, address: str, changes: dict[str, Any]):
    web.change(getattr(web, address), **changes)

    assert web.judge_hosted().verdict is Verdict.GOOD


@pytest.mark.parametrize("part", ["CLASS", "ISSUER", "KEY", "LIST"])
def test_what_only_describes_a_badge_is_nobodys_badge(web: Any, part: str):
    report = web.verify(web.pages[getattr(web, part)])

    assert (report.verdict, report["schema"].code) == (Verdict.UNREADABLE, "not_awarded")
    assert web.asked == []


def test_an_unsigned_copy_of_a_signed_badge_is_broken(web: Any):
    web.change(web.ASSERTION, verification={"type": "SignedBadge", "creator": web.KEY})

    report = web.judge_hosted()

    assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "missing")
    assert web.asked == []


def test_nor_is_it_better_for_being_kept_at_its_address(web: Any):
    copied = copy.deepcopy(web.pages[web.ASSERTION])
    web.change(web.ASSERTION, verification={"type": "SignedBadge", "creator": web.KEY})

    assert web.verify(copied)["proof"].code == "missing"
