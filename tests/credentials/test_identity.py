"""One person, one hash: an address is normalised and hashed in one place only (B01, B03, B05)."""

from __future__ import annotations

import hashlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.credentials.identity import clean_email, hash_identity, matches, normalise_email
from app.errors import InvalidInput

# -- normalising ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Ana.ORTIZ@Hosp.Example", "ana.ortiz@hosp.example"),
        ("  kim@x.example\u00a0", "kim@x.example"),
        ("kim@x.example\u200b", "kim@x.example"),
        ("\ufeffkim@x.example\r\n", "kim@x.example"),
        ("ki\u00adm@x.example", "kim@x.example"),
        ("\u200ekim@x.example\u200f", "kim@x.example"),
        ("s\u030ca\u0301rka@x.example", "šárka@x.example"),
        ("ŠÁRKA@x.example", "šárka@x.example"),
        ("ana@BÜRO.example", "ana@büro.example"),
        ("ana@xn--bro-hoa.example", "ana@büro.example"),
        ("ana+badges@x.example", "ana+badges@x.example"),
        ("ana@hospital.test", "ana@hospital.test"),
    ],
)
def test_an_address_has_one_normal_form_however_it_was_written(written, normal):
    assert normalise_email(written) == normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ana@x.example", "ana+badges@x.example"),
        ("ana.ortiz@x.example", "anaortiz@x.example"),
        ("ana@straße.example", "ana@strasse.example"),
        ("groß@x.example", "gross@x.example"),
        ("ana@x.example", "ana@x.test"),
    ],
)
def test_addresses_that_may_belong_to_two_people_are_not_made_one(one, other):
    assert normalise_email(one) != normalise_email(other)


@pytest.mark.parametrize(
    "text",
    ["", " ", "kim", "kim@", "@x.example", "kim@x", "kim@@x.example", "kim@x..example", "kim @x.example",
     "kim@x example",
     "Kim <kim@x.example>", "kim@x.example, ana@x.example", "kim@[127.0.0.1]", "kim\0@x.example",
     "a" * 300 + "@x.example",
     "kim@x.example\nBcc: all@x.example", "\udcff@x.example", "mailto:kim@x.example?x=y"],
)  # fmt: skip
def test_what_mail_cannot_be_sent_to_is_refused(text):
    with pytest.raises(InvalidInput):
        normalise_email(text)


ADDRESSES = st.builds(
    "{}@{}.example".format,
    st.text(st.characters(categories=("Lu", "Ll", "Nd")), min_size=1, max_size=12),
    st.text("abcXYZ019", min_size=1, max_size=10),
)


@given(ADDRESSES)
def test_normalising_again_changes_nothing(address):
    try:
        normal = normalise_email(address)
    except InvalidInput:
        return

    assert normalise_email(normal) == normal
    assert unicodedata.is_normalized("NFC", normal)


@given(
    st.text("abcdefghijklmnopqrstuvwxyz0123456789.-_+", min_size=1, max_size=20),
    st.sampled_from(["", " ", "\u00a0", "\u200b", "\ufeff"]),
)
def test_case_and_blanks_make_no_second_person_and_no_second_hash(local, blank):
    try:
        normal = normalise_email(f"{local}@x.example")
    except InvalidInput:
        return

    assert normalise_email(f"{blank}{local.upper()}@X.EXAMPLE{blank}") == normal


def test_mail_is_sent_to_the_address_as_it_was_written_without_what_cannot_be_seen():
    assert clean_email(" \u200bAna.Ortiz@Hosp.Example\u00a0") == "Ana.Ortiz@Hosp.Example"


# -- hashing -------------------------------------------------------------------------------------------------


def test_the_hash_is_the_one_of_the_standards_example():
    """Open Badges 3.0, IdentityHash (OB3-14)."""
    digest = "b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"

    assert hash_identity("a@example.com", "Kosher") == f"sha256${digest}"


def test_identifier_and_salt_are_hashed_as_utf8():
    assert (
        hash_identity("šárka@x.example", "sůl") == "sha256$" + hashlib.sha256("šárka@x.examplesůl".encode()).hexdigest()
    )


def test_another_salt_gives_another_hash():
    assert hash_identity("ana@x.example", "1") != hash_identity("ana@x.example", "2")


# -- matching ------------------------------------------------------------------------------------------------


def test_a_hash_matches_its_person_and_nobody_else():
    published = hash_identity(normalise_email("Ana.ORTIZ@Hosp.Example"), "salt")

    assert matches(published, hashed=True, salt="salt", candidate="ana.ortiz@hosp.example")
    assert matches(
        published.upper().replace("SHA256", "sha256"), hashed=True, salt="salt", candidate="ana.ortiz@hosp.example"
    )
    for salt, candidate in (
        ("salt", "bo@hosp.example"),
        ("other", "ana.ortiz@hosp.example"),
        (None, "ana.ortiz@hosp.example"),
    ):
        assert not matches(published, hashed=True, salt=salt, candidate=candidate)


def test_a_hash_without_a_salt_matches():
    assert matches(hash_identity("ana@x.example", ""), hashed=True, salt=None, candidate="ana@x.example")


@pytest.mark.parametrize("algorithm", ["md5", "sha1", ""])
def test_a_hash_that_nobody_should_trust_matches_nobody(algorithm):
    digest = hashlib.new(algorithm or "sha256", b"ana@x.example", usedforsecurity=False).hexdigest()

    assert not matches(f"{algorithm}${digest}".lstrip("$"), hashed=True, salt="", candidate="ana@x.example")


@pytest.mark.parametrize("published", ["", "sha256$", "sha256$zz", "ana@x.example", "sha256$\u00e4"])
def test_a_broken_hash_matches_nobody(published):
    assert not matches(published, hashed=True, salt="", candidate="ana@x.example")


def test_a_plain_identity_is_compared_without_case_and_blanks():
    assert matches(" Ana@X.example ", hashed=False, salt=None, candidate="ana@x.example")
    assert not matches("ana@straße.example", hashed=False, salt=None, candidate="ana@strasse.example")
    assert not matches("bo@x.example", hashed=False, salt=None, candidate="ana@x.example")


def test_a_plain_identity_is_not_taken_for_a_hash_nor_a_hash_for_a_plain_one():
    published = hash_identity("ana@x.example", "")

    assert not matches(published, hashed=False, salt="", candidate="ana@x.example")
    assert not matches("ana@x.example", hashed=True, salt="", candidate="ana@x.example")
