"""What a person should know that no check decides: names that mislead, unknown issuers, older standards (T20).

Whoever shows a report shows these beside it, in words; they never change the verdict.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from app.credentials.report import Caution, Check, VerifiedFacts, day, domain_of
from app.credentials.verify import data_model, pictures
from app.credentials.verify.reading import SignedDocument
from app.credentials.verify.shape import is_partly_shown, issuer_id, objects, types_of
from app.credentials.verify.signatures import Finding
from app.credentials.verify.standards import Standard
from app.credentials.verify.status import revocation_list

# Alphabets whose letters share their shapes. The names of Unicode's characters begin with them.
_ALPHABETS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})
_OLDER_VOCABULARIES = frozenset(
    f"https://purl.imsglobal.org/spec/ob/v3p0/context-{edition}.json" for edition in ("3.0.1", "3.0.2")
)
_LONGEST_PLACE = 120
_HIDDEN = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")


def of_document(
    signed: SignedDocument,
    facts: VerifiedFacts,
    *,
    finding: Finding,
    status: Check,
    known_in: tuple[str, ...] | None,
) -> tuple[Caution, ...]:
    """The cautions about a proven document, each once. `finding` is the proof that holds."""
    said = signed.said
    found = [
        *of_facts(facts, known_in=known_in),
        *_key(finding, facts),
        *_creator(said),
        *_older(signed, said),
        *_letter(signed, said),
        *_picture(signed, said),
    ]
    if is_partly_shown(said) and not {"credentialStatus", "validUntil"} <= said.keys():
        sentence = "Its holder shows a part of it only, and may have left out when it ends or whether it was withdrawn."
        found.append(Caution("partly_shown", sentence))
    if status.code == "message":
        found.append(Caution("status_message", status.sentence))
    return tuple(dict.fromkeys(found))


def of_facts(facts: VerifiedFacts, *, known_in: tuple[str, ...] | None) -> tuple[Caution, ...]:
    """The cautions that what a proven document says, of whatever standard, gives rise to."""
    return (*_names(facts), *_registries(facts, known_in))


def misleading(name: str | None) -> Caution | None:
    """A caution when a name may mislead the eye; None when it does not. Whole names in one alphabet are fine."""
    if not name or name.isascii():
        return None
    if any(character in _HIDDEN for character in name):
        sentence = "This name contains hidden characters that can make it look like another. Go by the domain."
        return Caution("name_hidden_characters", sentence)
    for word in re.findall(r"\w+", name):
        if len(_alphabets_of(word)) > 1:
            sentence = "This name mixes letters of several alphabets and can look like another. Go by the domain."
            return Caution("name_mixed_alphabets", sentence)
    return None


def _letter(signed: SignedDocument, said: dict[str, Any]) -> Iterator[Caution]:
    """Only of badges of today's data model: the schema knows no other."""
    if signed.standard is not Standard.OPEN_BADGES_3 or signed.is_data_model_1:
        return
    places = data_model.departures(said)
    if places:
        where = f"at {places[0][:_LONGEST_PLACE]}"
        sentence = f"It departs from the schema of Open Badges 3.0 ({where}), so other services may refuse it."
        yield Caution("schema_departure", sentence)


def _key(finding: Finding, facts: VerifiedFacts) -> Iterator[Caution]:
    """Signed before the key was there: it came late, or a thief of the domain signs with old dates (T24)."""
    absent_at = finding.key.absent_at if finding.key is not None else None
    if absent_at is None or finding.made_at is None or finding.made_at >= absent_at:
        return
    sentence = (
        f"It says that it was signed on {day(finding.made_at)}, and on {day(absent_at)} the key that signed it was not "
        f"among those of {domain_of(facts.issuer_id)} yet."
    )
    yield Caution("key_newer_than_signature", sentence)


def _names(facts: VerifiedFacts) -> Iterator[Caution]:
    for name in (facts.issuer_name, facts.title):
        caution = misleading(name)
        if caution is not None:
            yield caution


def _alphabets_of(word: str) -> set[str]:
    named = {unicodedata.name(character, "").partition(" ")[0] for character in unicodedata.normalize("NFC", word)}
    return named & _ALPHABETS


def _creator(said: dict[str, Any]) -> Iterator[Caution]:
    """Nobody can check that the creator of an achievement allows the issuer to award it."""
    subject = said["credentialSubject"]
    for achievement in objects(subject.get("achievement")) if "AchievementSubject" in types_of(subject) else []:
        creator = achievement.get("creator")
        identifier = creator.get("id") if isinstance(creator, dict) else creator
        if isinstance(identifier, str) and identifier != issuer_id(said):
            sentence = (
                f"It says that {domain_of(identifier)} created the achievement. "
                "Whether they allow this issuer to award it cannot be checked."
            )
            yield Caution("creator_differs", sentence)


def _registries(facts: VerifiedFacts, known_in: tuple[str, ...] | None) -> Iterator[Caution]:
    if known_in == ():
        sentence = f"{facts.signed_by} is on none of the lists of issuers that are kept here. That may mean nothing."
        yield Caution("issuer_not_listed", sentence)


def _older(signed: SignedDocument, said: dict[str, Any]) -> Iterator[Caution]:
    if signed.is_data_model_1:
        yield Caution("data_model_1", "It uses an older data model (1.1) that new badges are not made with any more.")
    elif any(context in _OLDER_VOCABULARIES for context in said["@context"]):
        yield Caution("vocabulary_older", "It uses an older edition of the Open Badges vocabulary.")
    if any(revocation_list.ENTRY in types_of(entry) for entry in objects(said.get("credentialStatus"))):
        sentence = "Its issuer keeps an older kind of list of withdrawn badges, which is not signed."
        yield Caution("revocation_list_legacy", sentence)


def _picture(signed: SignedDocument, said: dict[str, Any]) -> Iterator[Caution]:
    if signed.picture is not None and pictures.differ(signed.picture, said):
        sentence = "The picture that it came in is not the picture that its issuer signed."
        yield Caution("picture_differs", sentence)
