"""Every kind of status: wide entries, messages, several lists, Status List 2021, the 1EdTech list (OB3-55 to 62)."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from app.credentials.report import Outcome, Verdict
from app.credentials.verify import DocumentFound, Missing

ISSUER = "did:web:badges.example:issuers:st-elsewhere"
URL = "https://badges.example/status/wide"
V2 = "https://www.w3.org/ns/credentials/v2"
V1 = "https://www.w3.org/2018/credentials/v1"
LIST_2021 = "https://w3id.org/vc/status-list/2021/v1"
INTEGRITY = "https://w3id.org/security/data-integrity/v2"


def packed(values: dict[int, int], *, size: int = 1, entries: int = 131_072) -> str:
    """Entries of `size` bits, highest bit first, as an encodedList."""
    bits = bytearray(entries * size // 8)
    for index, value in values.items():
        for place in range(size):
            if value >> (size - 1 - place) & 1:
                position = index * size + place
                bits[position // 8] |= 0x80 >> (position % 8)
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).rstrip(b"=").decode()


def publish(world: Any, purpose: Any, encoded: str, *, url: str = URL) -> None:
    document = {
        "@context": [V2],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": ISSUER,
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encoded,
        },
    }
    world.lists[url] = json.dumps(world.signed(document)).encode()


def entry(purpose: str, index: int = 7, *, url: str = URL, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": url,
    } | more


def judge(world: Any, document: Any, *entries: Any) -> Any:
    document["credentialStatus"] = list(entries)
    return world.verify(world.signed(document))


# -- wide entries and messages ------------------------------------------------------------------------------

MEANINGS = ("fine", "under review", "late", "odd")
FOUR = [{"status": f"0x{number}", "message": text} for number, text in enumerate(MEANINGS)]


@pytest.mark.parametrize("size", [1, 2, 3, 8])
@pytest.mark.parametrize(("purpose", "verdict"), [("revocation", Verdict.REVOKED), ("suspension", Verdict.SUSPENDED)])
def test_an_entry_of_any_width_counts_when_it_is_not_zero(
    world: Any, document: Any, size: int, purpose: str, verdict: Verdict
):
    for value in {1, 1 << (size - 1), (1 << size) - 1}:
        publish(world, purpose, packed({7: value}, size=size))
        assert judge(world, document, entry(purpose, statusSize=size)).verdict is verdict

    publish(world, purpose, packed({6: (1 << size) - 1, 8: (1 << size) - 1}, size=size))
    assert judge(world, document, entry(purpose, statusSize=size)).verdict is Verdict.GOOD


def test_a_list_with_fewer_wide_entries_than_the_standard_allows_is_unknown(world: Any, document: Any):
    publish(world, "revocation", packed({}, size=1))

    report = judge(world, document, entry("revocation", statusSize=2))

    assert (report.verdict, report["status"].code) == (Verdict.CANNOT_TELL, "list_too_short")


def test_an_index_beyond_the_wide_entries_is_unknown(world: Any, document: Any):
    publish(world, "revocation", packed({}, size=2))

    assert judge(world, document, entry("revocation", 131_072, statusSize=2))["status"].code == "index_out_of_range"


@pytest.mark.parametrize("size", [0, -1, 17, "1", 1.5, True, None, []])
def test_a_width_that_is_none_is_unknown(world: Any, document: Any, size: Any):
    publish(world, "revocation", packed({}))
    document["credentialStatus"] = [entry("revocation", statusSize=size)]

    report = world.verify(document if size is None else world.signed(document))

    assert not report.is_good


def test_a_list_of_a_million_entries_is_read(world: Any, document: Any):
    publish(world, "revocation", packed({999_999: 1}, entries=1_048_576))

    assert judge(world, document, entry("revocation", 999_999)).verdict is Verdict.REVOKED
    assert judge(world, document, entry("revocation", 999_998)).verdict is Verdict.GOOD


def test_a_message_is_shown_and_takes_nothing_from_the_badge(world: Any, document: Any):
    publish(world, "message", packed({7: 1}, size=2))

    report = judge(world, document, entry("message", statusSize=2, statusMessage=FOUR))

    assert (report.verdict, report["status"].code) == (Verdict.GOOD, "message")
    assert report["status"].sentence == "Its issuer says of it: “under review”."
    assert [caution.code for caution in report.warnings] == ["status_message"]


def test_a_message_beside_a_revocation_entry_is_added_and_does_not_hide_it(world: Any, document: Any):
    publish(world, "message", packed({7: 2}, size=2))
    revocation = "https://badges.example/status/r9"
    both = (entry("message", statusSize=2, statusMessage=FOUR), entry("revocation", url=revocation))
    publish(world, "revocation", packed({}), url=revocation)
    report = judge(world, document, *both)
    assert report.verdict is Verdict.GOOD
    assert report["status"].sentence.endswith("nor paused it. Its issuer says of it: “late”.")

    publish(world, "revocation", packed({7: 1}), url=revocation)
    assert judge(world, document, *both).verdict is Verdict.REVOKED


@pytest.mark.parametrize(
    "messages",
    [
        FOUR[:3],
        [*FOUR, {"status": "0x4", "message": "more"}],
        [*FOUR[:3], FOUR[0]],
        [{"status": "zero", "message": "fine"}] * 4,
        [{"status": number, "message": "fine"} for number in range(4)],
        [{"status": item["status"]} for item in FOUR],
        "fine",
    ],
)
def test_messages_that_do_not_name_every_value_once_are_not_shown(world: Any, document: Any, messages: Any):
    publish(world, "message", packed({7: 1}, size=2))
    document["credentialStatus"] = [entry("message", statusSize=2, statusMessage=messages)]
    # What the contexts do not allow cannot be signed inside a document; a token signs its letters.
    claims = {name: value for name, value in document.items() if name != "proof"}
    claims |= {"iss": ISSUER, "jti": document["id"], "nbf": 1_772_355_900, "exp": 2_403_475_200}
    claims["sub"] = document["credentialSubject"]["id"]

    report = world.verify(world.token(claims))

    assert report["status"].code in {"no_bearing", "not_checked"} or report["context"].outcome is not Outcome.PASSED
    assert "under review" not in json.dumps(report.to_dict())


def test_a_message_shows_no_hidden_characters_and_is_short(world: Any, document: Any):
    publish(world, "message", packed({7: 1}))
    meanings = [{"status": "0x0", "message": "-"}, {"status": "0x1", "message": "a\u202eb\n" + "x" * 900}]

    sentence = judge(world, document, entry("message", statusMessage=meanings))["status"].sentence

    assert "ab" in sentence
    assert len(sentence) < 250


@pytest.mark.parametrize("purpose", ["message", "refresh"])
def test_a_list_on_which_nothing_depends_may_be_out_of_reach(world: Any, document: Any, purpose: str):
    report = judge(world, document, entry(purpose))

    assert (report.verdict, report["status"].code) == (Verdict.GOOD, "no_bearing")


def test_a_newer_form_that_is_announced_is_said(world: Any, document: Any):
    publish(world, "refresh", packed({7: 1}))

    assert judge(world, document, entry("refresh"))["status"].code == "newer_offered"


def test_one_list_may_serve_several_purposes(world: Any, document: Any):
    publish(world, ["revocation", "suspension"], packed({8: 1}))

    assert judge(world, document, entry("revocation"), entry("suspension", 8)).verdict is Verdict.SUSPENDED


def test_withdrawn_goes_before_paused_in_whatever_order_they_stand(world: Any, document: Any):
    publish(world, ["revocation", "suspension"], packed({7: 1, 8: 1}))

    for entries in ((entry("suspension", 8), entry("revocation")), (entry("revocation"), entry("suspension", 8))):
        assert judge(world, document, *entries).verdict is Verdict.REVOKED


def test_a_purpose_that_is_not_known_is_unknown(world: Any, document: Any):
    publish(world, "mood", packed({}))

    assert judge(world, document, entry("mood")).verdict is Verdict.CANNOT_TELL


# -- Status List 2021 ---------------------------------------------------------------------------------------


def publish_2021(world: Any, encoded: str, **changes: Any) -> None:
    document = {
        "@context": [V1, LIST_2021, INTEGRITY],
        "id": URL,
        "type": ["VerifiableCredential", "StatusList2021Credential"],
        "issuer": ISSUER,
        "issuanceDate": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": f"{URL}#list",
            "type": "StatusList2021",
            "statusPurpose": "revocation",
            "encodedList": encoded,
        },
    } | changes
    world.lists[URL] = json.dumps(world.signed(document)).encode()


@pytest.fixture
def of_2021(world: Any, document: Any) -> Any:
    """Asks about the badge with an entry of Status List 2021."""
    document["@context"].append(LIST_2021)

    def ask(**changes: Any) -> Any:
        return judge(world, document, entry("revocation", type="StatusList2021Entry") | changes)

    return ask


@pytest.mark.parametrize("padding", ["", "=="])
def test_a_list_of_2021_withdraws_and_keeps(world: Any, of_2021: Any, padding: str):
    publish_2021(world, packed({7: 1})[1:] + padding)
    assert of_2021().verdict is Verdict.REVOKED

    publish_2021(world, packed({6: 1, 8: 1})[1:] + padding)
    assert of_2021().verdict is Verdict.GOOD


def test_a_list_of_2021_that_was_changed_is_unknown(world: Any, of_2021: Any):
    publish_2021(world, packed({7: 1})[1:])
    listed = json.loads(world.lists[URL])
    listed["credentialSubject"]["encodedList"] = packed({})[1:]
    world.lists[URL] = json.dumps(listed).encode()

    report = of_2021()

    assert (report.verdict, report["status"].code) == (Verdict.CANNOT_TELL, "list_proof")


def test_a_list_of_2021_that_is_over_is_unknown(world: Any, of_2021: Any):
    publish_2021(world, packed({})[1:], expirationDate="2026-05-01T00:00:00Z")

    assert of_2021()["status"].code == "list_outdated"


def test_an_entry_of_one_standard_and_a_list_of_the_other_do_not_go_together(world: Any, document: Any, of_2021: Any):
    publish(world, "revocation", packed({}))
    assert of_2021()["status"].code == "list_differs"

    publish_2021(world, packed({})[1:])
    assert judge(world, document, entry("revocation"))["status"].code == "list_differs"


def test_a_list_of_2021_out_of_reach_is_unknown(of_2021: Any):
    report = of_2021()

    assert (report.verdict, report["status"].code) == (Verdict.CANNOT_TELL, "list_unreachable")


# -- 1EdTech Revocation List --------------------------------------------------------------------------------

PLAIN = "https://badges.example/revocations"
ID = "https://badges.example/b/q3Jm0s2d9fKf1C7x8y9zAw"


@pytest.fixture
def with_plain_list(world: Any, document: Any) -> Any:
    """Asks about the badge with the plain list answering this."""

    def ask(listed: Any) -> Any:
        if listed is not None:
            answer = listed if isinstance(listed, bytes) else json.dumps(listed).encode()
            world.documents[PLAIN] = DocumentFound(answer)
        return judge(world, document, {"id": PLAIN, "type": "1EdTechRevocationList"})

    return ask


def listing(*revoked: Any, **changes: Any) -> dict[str, Any]:
    return {"id": PLAIN, "issuer": ISSUER, "revokedCredential": list(revoked)} | changes


@pytest.mark.parametrize("named", [{"id": ID}, {"id": ID, "revoked": True, "revocationReason": "error"}])
def test_a_badge_on_the_plain_list_is_revoked(with_plain_list: Any, named: Any):
    report = with_plain_list(listing({"id": "urn:x"}, named))

    assert report.verdict is Verdict.REVOKED


@pytest.mark.parametrize("others", [[], [{"id": ID + "x"}], [{"id": ID, "revoked": False}]])
def test_a_badge_that_the_plain_list_does_not_withdraw_is_good_with_a_warning(with_plain_list: Any, others: Any):
    report = with_plain_list(listing(*others))

    assert (report.verdict, report["status"].code) == (Verdict.GOOD, "in_force")
    assert [caution.code for caution in report.warnings] == ["revocation_list_legacy"]


@pytest.mark.parametrize(
    "listed", [listing(issuer={"id": ISSUER, "type": "Profile"}), {"revokedCredential": []}, listing() | {"extra": 1}]
)
def test_the_plain_list_may_say_more_or_less_of_itself(with_plain_list: Any, listed: Any):
    assert with_plain_list(listed).verdict is Verdict.GOOD


def test_a_plain_list_of_one_entry_that_is_no_list_withdraws_too(with_plain_list: Any):
    assert with_plain_list(listing() | {"revokedCredential": {"id": ID}}).verdict is Verdict.REVOKED


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (None, "list_unreachable"),
        (listing(issuer="did:web:evil.example"), "list_issuer"),
        (listing(id="https://badges.example/others"), "list_differs"),
        (listing("https://badges.example/b/1"), "list_malformed"),
        (listing({"revoked": True}), "list_malformed"),
        (listing({"id": ID, "revoked": "yes"}), "list_malformed"),
        ({}, "list_malformed"),
        (listing() | {"revokedCredential": "none"}, "list_malformed"),
        (b"<html>502</html>", "list_unreadable"),
        (b"[]", "list_unreadable"),
        (b'{"id":1,"id":2}', "list_unreadable"),
        (b"", "list_unreadable"),
    ],
)
def test_any_doubt_about_the_plain_list_is_unknown(with_plain_list: Any, answer: Any, code: str):
    report = with_plain_list(answer)

    assert (report.verdict, report["status"].code) == (Verdict.CANNOT_TELL, code)


@pytest.mark.parametrize("answer", [Missing(), DocumentFound(b"", is_gone=True)])
def test_a_plain_list_that_is_gone_is_unknown(world: Any, with_plain_list: Any, answer: Any):
    world.documents[PLAIN] = answer

    assert with_plain_list(None)["status"].code == "list_unreachable"


def test_the_plain_list_and_a_bitstring_count_together(world: Any, document: Any):
    publish(world, "revocation", packed({}))
    world.documents[PLAIN] = DocumentFound(json.dumps(listing({"id": ID})).encode())

    both = ({"id": PLAIN, "type": "1EdTechRevocationList"}, entry("revocation"))

    assert judge(world, document, *both).verdict is Verdict.REVOKED


@pytest.mark.parametrize("address", ["", "not absolute", "/relative", 5, None, []])
def test_a_plain_list_without_an_address_is_unknown(world: Any, document: Any, address: Any):
    claims = {name: value for name, value in document.items() if name != "proof"}
    claims |= {"iss": ISSUER, "jti": document["id"], "sub": document["credentialSubject"]["id"]}
    claims |= {"nbf": 1_772_355_900, "exp": 2_403_475_200}
    claims["credentialStatus"] = [{"id": address, "type": "1EdTechRevocationList"}]

    assert not world.verify(world.token(claims)).is_good
