"""Whether a credential or presentation can be relied on; raises what is wrong, and returns what is unsure.

Source: VC Data Model 2.0, section 7; the VC-API's "verify credential" and "verify presentation".
"""

from __future__ import annotations

import re
from typing import Any

from app.credentials import jsonld
from app.credentials.data_integrity import unsecured
from app.credentials.jsonld.contexts import VC_V1, VC_V2
from app.credentials.jsonld.general import GENERAL
from app.credentials.report import Check, Outcome
from app.credentials.vc import embedded, jose, related, rules
from app.credentials.vc.embedded import ASSERTION, AUTHENTICATION, Expectation, Question
from app.credentials.vc.refusal import refused, refusing
from app.credentials.verify import reading, signatures
from app.credentials.verify.finding import Stop
from app.credentials.verify.shape import issuer_id, types_of
from app.credentials.verify.status import bits

MAX_CREDENTIALS = 10  # in one presentation
_DATA_URL = re.compile(r"data:application/vc\+jwt,([A-Za-z0-9_.-]+)", re.ASCII)

Document = dict[str, Any]


def verify_credential(credential: Document, question: Question) -> list[str]:
    """Sentences on what could not be decided; [] when all could. Raises CredentialRefused.

    A status that cannot be looked up, or is of a kind that is not known here, decides nothing.
    """
    if rules.ENVELOPED_CREDENTIAL in types_of(credential):
        said = _opened(credential, question)
        rules.check_credential(said)
    else:
        said = credential
        rules.check_credential(said)
        author = issuer_id(said)
        embedded.check(said, author=author, purposes=frozenset({ASSERTION}), question=question)
    begin, end = rules.validity(said)
    if begin is not None and begin > question.now:
        raise refused("not_yet_valid", "/validFrom", "It is not good yet")
    if end is not None and end <= question.now:
        raise refused("expired", "/validUntil", "It has expired")
    related.compare(list(rules.objects_of(said, "relatedResource")), question.resolve)
    return _status(said, question)


def verify_presentation(presentation: Document, question: Question) -> list[str]:
    """As `verify_credential`, for a presentation and the credentials in it. One without a proof is nobody's word.

    A credential in it without a proof of its own is the presenter's own word: then the proof of the presentation must
    be the holder's, and the holder the issuer (section 4.13.4). Raises CredentialRefused.
    """
    rules.check_presentation(presentation)
    holder = presentation.get("holder")
    holder_id = holder.get("id") if isinstance(holder, dict) else holder
    is_signed = "proof" in presentation
    if is_signed:
        purposes = frozenset({AUTHENTICATION, ASSERTION})
        embedded.check(presentation, author=holder_id, purposes=purposes, question=question)
    else:
        _refuse_unanswered(question.expected)
        with refusing():
            jsonld.canonicalise(unsecured(presentation), contexts=GENERAL)
    held = rules.credentials_of(presentation)
    if len(held) > MAX_CREDENTIALS:
        raise refused("too_many", "/verifiableCredential", "There are too many credentials in it")
    inside = Question(now=question.now, resolve=question.resolve)
    unsure = []
    for position, credential in enumerate(held):
        if "proof" in credential or rules.ENVELOPED_CREDENTIAL in types_of(credential):
            unsure += verify_credential(credential, inside)
        elif not is_signed or holder_id is None or issuer_id(credential) != holder_id:
            sentence = "A credential without a proof is taken only from its issuer, as holder of a signed presentation"
            raise refused("proof.missing", f"/verifiableCredential/{position}", sentence)
        else:
            rules.check_credential(credential)
    return unsure


def _refuse_unanswered(expected: Expectation) -> None:
    if expected != Expectation():
        raise refused(
            "proof.missing", "/proof", "It was asked who presents this and to whom, and no proof answers that"
        )


def _opened(envelope: Document, question: Question) -> Document:
    """The credential in an envelope (a token in a `data:` address), its signature checked. Raises CredentialRefused."""
    _refuse_unanswered(question.expected)
    named = envelope.get("@context")
    listed = named if isinstance(named, list) else [named]
    if VC_V2 not in listed and VC_V1 not in listed:
        raise refused("context.missing", "/@context", "An envelope names the base context")
    if envelope.get("type") not in (rules.ENVELOPED_CREDENTIAL, [rules.ENVELOPED_CREDENTIAL]):
        raise refused("type", "/type", f"The type of an envelope is {rules.ENVELOPED_CREDENTIAL}, and nothing else")
    address = envelope.get("id")
    match = _DATA_URL.fullmatch(address) if isinstance(address, str) else None
    if match is None:
        raise refused("envelope", "/id", "The id of an envelope is a data: address with a token in it")
    with refusing("/id"):
        jose.read(match[1], kind=jose.Kind.CREDENTIAL)
        signed = reading.of_token(match[1])
    said = signed.document
    found = signatures.check(
        signed, issuer_id=issuer_id(said) or "", resolve=question.resolve, now=question.now, canonical=None
    )
    for check in (found.proof, found.issuer):
        if check.outcome is not Outcome.PASSED:
            raise refused(f"proof.{check.code}", "/id", check.sentence)
    return said


def _status(credential: Document, question: Question) -> list[str]:
    lists = bits.Lists(issuer_id=issuer_id(credential) or "", resolve=question.resolve, now=question.now)
    unsure = []
    for pointer, entry in rules.objects_of(credential, "credentialStatus"):
        kinds = types_of(entry)
        kind = next((kind for kind in bits.KINDS if kind.entry in kinds), None)
        if kind is None:
            unsure.append("It has a status of a kind that is not looked at here.")
            continue
        check = _entry(lists, entry, kind)
        if check.outcome is Outcome.FAILED:
            raise refused(check.code, pointer, check.sentence)
        if check.outcome is Outcome.UNKNOWN:
            unsure.append(check.sentence)
    return unsure


def _entry(lists: bits.Lists, entry: Document, kind: bits.Kind) -> Check:
    try:
        return lists.check(entry, kind)
    except Stop as stop:
        return stop.check
