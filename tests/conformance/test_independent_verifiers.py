"""Programs that others wrote judge what a running server gave out: the true, the changed and the ended.

Each program that looks at signatures gets every form of a badge with every change that a forger would make; each that
looks at rules gets badges that break them. `make interop` prints the verdicts as a table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from openbadgeslib.ob3.status import decode_encoded_list

from . import tampering
from .foreign_verifiers import (
    AJV,
    DIGITAL_BAZAAR,
    JOSE,
    JUDGES,
    JUDGES_OF_2_0,
    OPENBADGESLIB,
    RULES_OF_1EDTECH,
    VERIFIER_CORE,
    Judge,
    Opinion,
    Panel,
)
from .running_lanyard import RunningLanyard

Ask = Callable[..., dict[str, Opinion]]

# The first three are as good as each other: also with a name in it, and also when its keys were retired since.
GOOD = ("good", "named", "early")
WRONG_SIGNATURE = re.compile("signature", re.IGNORECASE)
REVOKED = re.compile(r"status bit is set|\"revocation_status\":false|'revocation' is set")
EXPIRED = re.compile(r"expired|after \"validUntil\"|\"expiration\":false")
FORGED_LIST = re.compile('ListCredential" not verified|status_list_signature_error|status list .* proof is invalid')
RULE_BROKEN = re.compile("criteria|type")


def each(looks_at: str | None = None) -> pytest.MarkDecorator:
    """Once for every judge that looks at this."""
    return pytest.mark.parametrize("judge", [judge for judge in JUDGES if looks_at in (None, *judge.looks_at)], ids=str)


def refused(opinions: dict[str, Opinion]) -> dict[str, str]:
    return {name: opinion.sentence for name, opinion in opinions.items() if not opinion.accepted}


def not_refused_for(reason: re.Pattern[str], opinions: dict[str, Opinion]) -> dict[str, str]:
    """Those that were accepted, or refused for some other reason than they should be."""
    return {
        name: opinion.sentence
        for name, opinion in opinions.items()
        if opinion.accepted or not reason.search(opinion.sentence)
    }


# -- badges -----------------------------------------------------------------------------------------------


@each()
def test_a_good_badge_is_accepted_in_every_form(ask: Ask, lanyard: RunningLanyard, judge: Judge):
    assert refused(ask(judge, lanyard.files(GOOD, judge.forms))) == {}


@each("signature")
def test_a_forged_badge_is_refused_for_its_signature(ask: Ask, lanyard: RunningLanyard, judge: Judge):
    forgeries = {}
    for form in judge.forms:
        good, named, revoked, ended = (lanyard.file(name, form) for name in ("good", "named", "revoked", "expired"))
        place = tampering.index_of(lanyard.document("good"))
        forgeries |= {
            f"another letter.{form}": tampering.changed(form, good, tampering.another_letter),
            f"another's proof.{form}": tampering.with_proof_of(form, good, named),
            f"another's place.{form}": tampering.changed(form, revoked, place),
            f"later end.{form}": tampering.changed(form, ended, tampering.later_end),
        }

    assert not_refused_for(WRONG_SIGNATURE, ask(judge, forgeries)) == {}


@each("rules")
def test_a_badge_that_breaks_the_rules_is_refused(ask: Ask, lanyard: RunningLanyard, judge: Judge):
    broken = {}
    for form in judge.forms:
        good = lanyard.file("good", form)
        broken[f"no criteria.{form}"] = tampering.changed(form, good, tampering.no_criteria)
        broken[f"no type.{form}"] = tampering.changed(form, good, tampering.subject_of_no_type)

    assert not_refused_for(RULE_BROKEN, ask(judge, broken)) == {}


@each("status")
def test_a_revoked_badge_is_refused_as_revoked(ask: Ask, lanyard: RunningLanyard, judge: Judge):
    assert not_refused_for(REVOKED, ask(judge, lanyard.files(["revoked"], judge.forms))) == {}


@each("dates")
def test_an_expired_badge_is_refused_as_expired(ask: Ask, lanyard: RunningLanyard, judge: Judge):
    assert not_refused_for(EXPIRED, ask(judge, lanyard.files(["expired"], judge.forms))) == {}


@each("status")
def test_strangers_accept_a_suspended_badge_and_our_own_answer_does_not(
    ask: Ask, lanyard: RunningLanyard, judge: Judge
):  # decision 0009
    files = lanyard.files(["suspended"], judge.forms)

    assert refused(ask(judge, files)) == {}
    assert {lanyard.verdict(content) for content in files.values()} == {"suspended"}


@each()
def test_a_badge_is_accepted_at_its_own_address_by_a_program_that_runs_alone(
    panel: Panel, lanyard: RunningLanyard, judge: Judge
):
    address = lanyard.badges["good"] + (".jwt" if judge is JOSE else "")

    assert panel.run(judge.script, address, *panel.options(judge)).startswith("VALID ")


# -- status lists -----------------------------------------------------------------------------------------

LISTS = [(DIGITAL_BAZAAR, "json"), (VERIFIER_CORE, "json"), (JOSE, "jwt")]
ACCEPT = {"json": "application/vc", "jwt": "application/vc+jwt"}


@pytest.mark.parametrize(("judge", "form"), LISTS, ids=[f"{judge}-{form}" for judge, form in LISTS])
def test_the_status_list_is_signed_and_a_forged_one_is_refused(
    ask: Ask, lanyard: RunningLanyard, judge: Judge, form: str
):
    served = lanyard.get(lanyard.list_url("good"), ACCEPT[form])
    forged = tampering.changed(form, served, tampering.nothing_set)

    opinions = ask(judge, {f"list.{form}": served, f"forged list.{form}": forged})

    assert not_refused_for(WRONG_SIGNATURE, opinions).keys() == {f"list.{form}"}
    assert opinions[f"list.{form}"].accepted


@pytest.mark.parametrize("judge", [DIGITAL_BAZAAR, VERIFIER_CORE, OPENBADGESLIB], ids=str)
def test_whoever_forges_the_published_list_cannot_bring_a_revoked_badge_back(
    panel: Panel, lanyard: RunningLanyard, judge: Judge
):
    url = lanyard.list_url("revoked")
    forged = {
        form: tampering.changed(form, lanyard.get(url, accept), tampering.nothing_set)
        for form, accept in ACCEPT.items()
    }

    with lanyard.forged(url, json_form=forged["json"], token=forged["jwt"]):
        [opinion] = panel.ask_about(judge, [lanyard.badges["revoked"]])

    assert not_refused_for(FORGED_LIST, {"revoked": opinion}) == {}


def test_both_forms_of_a_list_say_the_same_to_a_strangers_decoder(lanyard: RunningLanyard):
    url = lanyard.list_url("revoked")
    index = int(lanyard.document("revoked")["credentialStatus"]["statusListIndex"])

    for form, accept in ACCEPT.items():
        bits = decode_encoded_list(tampering.said(form, lanyard.get(url, accept))["credentialSubject"]["encodedList"])
        assert len(bits) * 8 >= 131_072
        assert [place for place, byte in enumerate(bits) if byte] == [index // 8]
        assert bits[index // 8] == 0x80 >> index % 8


# -- keys -------------------------------------------------------------------------------------------------

# The strangers' own resolver and key reader: every key that the DID document allows for assertions, as thumbprints,
# beside those of the keys in the JWKS and at the addresses given.
THUMBPRINTS = """
    import {calculateJwkThumbprint} from 'jose';
    import {resolveDid, findVm, vmToJwk, fetchLoopback} from './lib/common.mjs';
    const [did, jwks, ...addresses] = process.argv.slice(1);
    const read = async url => JSON.parse(await fetchLoopback(url)), document = await resolveDid(did);
    const methods = await Promise.all(document.assertionMethod.map(id => vmToJwk(findVm(document, id))));
    const found = [methods, (await read(jwks)).keys, await Promise.all(addresses.map(read))];
    console.log(JSON.stringify(await Promise.all(
        found.map(async keys => (await Promise.all(keys.map(key => calculateJwkThumbprint(key)))).sort()))));
"""


def key_address(lanyard: RunningLanyard, badge: str) -> str:
    """Where the key of the badge's token lies by itself."""
    header = json.loads(tampering.decoded(lanyard.file(badge, "jwt").split(b".")[0].decode()))
    return f"{lanyard.issuer_url}/keys/{header['kid'].partition('#')[2]}"


def test_did_document_jwks_and_key_addresses_show_strangers_the_same_keys_of_all_times(
    panel: Panel, lanyard: RunningLanyard
):
    jwks = f"{lanyard.base_url}/.well-known/jwks.json"
    addresses = [f"{lanyard.issuer_url}/keys/{key['kid']}" for key in json.loads(lanyard.get(jwks))["keys"]]

    said = panel.run("--input-type=module", "--eval", THUMBPRINTS, lanyard.did, jwks, *addresses)

    in_did_document, in_jwks, at_addresses = json.loads(said)
    assert in_did_document == in_jwks == at_addresses
    assert len(set(in_did_document)) == 6  # an Ed25519 and an RSA key, before, between and after two rotations


def test_a_token_is_good_by_the_key_at_its_address_and_by_no_other(panel: Panel, lanyard: RunningLanyard, tmp_path):
    opinions = {}
    for owner in ("good", "early"):
        key = tmp_path / f"{owner}.jwk"
        key.write_bytes(lanyard.get(key_address(lanyard, owner)))
        for judge in (JOSE, OPENBADGESLIB):
            [opinion] = panel.ask(judge, {"good.jwt": lanyard.file("good", "jwt")}, "--jwk", str(key)).values()
            opinions[f"{judge}, key of {owner}"] = opinion

    assert not_refused_for(WRONG_SIGNATURE, opinions).keys() == {"jwt, key of good", "ob3, key of good"}
    assert opinions["jwt, key of good"].accepted
    assert opinions["ob3, key of good"].accepted


def test_every_program_is_asked(panel: Panel):
    scripts = {path.name for path in panel.folder.glob("verify_*")} | {RULES_OF_1EDTECH.script, AJV.script}

    assert scripts == {judge.script for judge in (*JUDGES, *JUDGES_OF_2_0)}
