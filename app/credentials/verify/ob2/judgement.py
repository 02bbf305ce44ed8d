"""The steps of judging one badge of Open Badges 2.0 or 1.x, and the report of what they found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.credentials.proofs import vc_jwt
from app.credentials.report import Caution, Check, Outcome, Report, VerifiedFacts
from app.credentials.verify import cautions, conclusion, dates
from app.credentials.verify import recipient as recipients
from app.credentials.verify.finding import (
    CONTEXT,
    DATES,
    FORMAT,
    ISSUER,
    PROOF,
    RECIPIENT,
    SCHEMA,
    STATUS,
    SUPERSEDED,
    Stop,
    failed,
    not_checked,
    passed,
    unknown,
)
from app.credentials.verify.ob2 import facts, parts, scope, shape, signature, status, words
from app.credentials.verify.ob2.addresses import host_of, is_address, same
from app.credentials.verify.ob2.generations import Generation, generation_of, in_words_of_2
from app.credentials.verify.ob2.graph import Graph, Node, NotHad
from app.credentials.verify.resolver import Resolver
from app.errors import UnreadableCredential

Registries = Callable[[str], tuple[str, ...]]

_STEPS = (FORMAT, SCHEMA, CONTEXT, PROOF, ISSUER, DATES, STATUS, SUPERSEDED)
_READABLE = "There is one badge in it, and it can be read."
_KIND_OF_OB2_RECIPIENT = {"email": "emailAddress"}


class Case:
    """One badge before its judges: the checks so far, and how to ask for what else is needed."""

    def __init__(
        self,
        *,
        now: datetime,
        resolve: Resolver,
        recipient: recipients.Names | None = None,
        known_in: Registries | None = None,
    ) -> None:
        self._now, self._resolve, self._recipient, self._registries = now, resolve, recipient, known_in
        self._graph = Graph(resolve)
        asked = (*_STEPS, *((RECIPIENT,) if recipient is not None else ()))
        self._checks: dict[str, Check] = {name: not_checked(name) for name in asked}
        self._facts: VerifiedFacts | None = None
        self._vouched: str | None = None
        self._handed_in: dict[str, Any] | None = None
        self._newer: str | None = None
        self._known_in: tuple[str, ...] | None = None
        self._warnings: list[Caution] = []

    def report(self, steps: Callable[[Case], None]) -> Report:
        """The report after these steps; a step that stops has decided the check that it names."""
        try:
            steps(self)
        except Stop as stop:
            self._checks[stop.check.name] = stop.check
        verdict, decided_by = conclusion.verdict_of(self._checks)
        return Report(
            checks=tuple(self._checks.values()),
            verdict=verdict,
            sentence=conclusion.sentence_of(verdict, decided_by=decided_by, facts=self._facts, vouched=self._vouched),
            credential=self._facts,
            document=self._handed_in,
            superseded_by=self._newer or None,
            warnings=tuple(dict.fromkeys(self._warnings)),
            known_in=self._known_in,
        )

    def judge_copy(self, document: dict[str, Any]) -> None:
        """A copy of an assertion: nothing in it counts but where the real one is. Raises Stop."""
        self._handed_in = document
        self._pass(FORMAT, "json", _READABLE)
        generation = _known(generation_of(document))
        older = generation is not Generation.OB_2_0
        said = in_words_of_2(document, address=None, kind="Assertion") if older else document
        shape.check_is_assertion(said)
        kind = shape.kind_of_verification(said)
        if kind is None:
            raise shape.problem("verification", "it does not say how it can be checked")
        if kind is shape.SIGNED:
            raise Stop(failed(PROOF, "missing", "It is not signed here, so anybody could have made it."))
        address = said["verification"].get("url", said.get("id")) if older else said.get("id")
        if not is_address(address):
            raise shape.problem("id", "it does not say at which address it is kept")
        self.judge_hosted(address, generation=generation, copy=document)

    def judge_hosted(self, address: str, *, generation: Generation, copy: dict[str, Any] | None = None) -> None:
        """The assertion that is kept at an address, whoever said so. Raises Stop."""
        if not is_address(address):
            raise Stop(failed(FORMAT, "none", "This is not an address at which a badge could be kept."))
        assertion = self._hosted(address, generation)
        _known(assertion.generation)
        if copy is None:
            self._pass(FORMAT, "address", _READABLE)
        host = host_of(assertion.address or address)
        if "badge" not in assertion.said and assertion.said.get("revoked") is True:
            raise Stop(status.revoked_by(host, assertion.said))
        badge_class, issuer = self._parts(assertion)
        if shape.kind_of_verification(assertion.said) is not shape.HOSTED:
            raise Stop(failed(PROOF, "missing", "It is not signed here, so anybody could have made it."))
        self._checks[ISSUER] = _place(assertion, issuer)
        if self._checks[ISSUER].outcome is not Outcome.PASSED:
            return
        self._checks[PROOF] = _published(assertion, copy, host)
        self._vouched = self._checks[PROOF].sentence
        self._conclude(assertion, badge_class, issuer, status.of_hosted(assertion.said, host=host))

    def judge_token(self, token: str) -> None:
        """A signed assertion. Raises Stop."""
        try:
            header, claims = vc_jwt.read(token)
        except UnreadableCredential as error:
            code = str(error.facts["code"]).replace(".", "_")
            sentence = f"This looks like a signed badge, but: {error.detail}."
            raise Stop(failed(FORMAT, code, sentence)) from error
        self._handed_in = claims
        older = _known(generation_of(claims)) is not Generation.OB_2_0
        said = in_words_of_2(claims, address=None, kind="Assertion") if older else claims
        if shape.kind_of_verification(said) is shape.HOSTED:
            self.judge_copy(claims)  # then its signature says nothing, and the one at its address counts
            return
        self._pass(FORMAT, "token", _READABLE)
        if older:
            sentence = "It is a signed badge of Open Badges 1, which cannot be checked here."
            raise Stop(unknown(PROOF, "kind_unknown", sentence))
        assertion = Node(said, claims, Generation.OB_2_0, address=None)
        badge_class, issuer = self._parts(assertion)
        found = signature.check(token, header, assertion=assertion, issuer=issuer, graph=self._graph)
        self._checks[PROOF], self._checks[ISSUER] = found.proof, found.issuer
        if found.holds:
            host = host_of(facts.issuer_name_of(issuer))
            listed = status.of_signed(assertion, issuer, graph=self._graph, host=host)
            self._conclude(assertion, badge_class, issuer, listed)

    def _hosted(self, address: str, generation: Generation) -> Node:
        try:
            assertion = self._graph.object_at(address, kind="Assertion", generation=generation)
        except NotHad as nothing:
            raise Stop(_not_hosted(nothing)) from nothing
        if not assertion.moved and not same(assertion.id, address):
            raise Stop(_not_hosted(NotHad("id_differs", host_of(address))))
        return assertion

    def _parts(self, assertion: Node) -> tuple[Node, Node]:
        """The badge class and the issuer; fills in `schema` and `context`. Raises Stop."""
        words.refuse_other_meanings(assertion.document, of=assertion.generation)
        shape.check_assertion(assertion)
        badge_class = parts.badge_class_of(assertion, self._graph)
        issuer = parts.issuer_of(badge_class, self._graph)
        self._pass(CONTEXT, "known", "Every word in it that counts is defined by the standard.")
        self._pass(SCHEMA, "complete", "It has every part that a badge must have.")
        self._warnings += _cautions(assertion, badge_class, issuer)
        return badge_class, issuer

    def _conclude(self, assertion: Node, badge_class: Node, issuer: Node, listed: Check) -> None:
        found = self._facts = facts.extract(assertion, badge_class, issuer)
        self._known_in = None if self._registries is None else self._registries(found.issuer_id)
        self._warnings += cautions.of_facts(found, known_in=self._known_in)
        self._checks[DATES] = dates.between(found.valid_from, found.valid_until, now=self._now)
        self._checks[STATUS] = listed
        self._newer = self._resolve.superseded_by(assertion.id)
        self._checks[SUPERSEDED] = _superseded(self._newer)
        if self._recipient is not None:
            stated = {"credentialSubject": {"identifier": [_identity(assertion.said["recipient"])]}}
            self._checks[RECIPIENT] = recipients.check(stated, self._recipient)

    def _pass(self, name: str, code: str, sentence: str) -> None:
        self._checks[name] = passed(name, code, sentence)


def _superseded(newer: str | None) -> Check:
    if newer is None:
        return passed(SUPERSEDED, "newest", "No newer badge that replaces it is known here.")
    return failed(SUPERSEDED, "superseded", "A newer badge has replaced it.")


def _known(generation: Generation | None) -> Generation:
    if generation is None:
        raise Stop(failed(FORMAT, "none", "There is no Open Badge in this."))
    if generation is Generation.OB_0_5:
        sentence = "This is a badge of the first kind (Open Badges 0.5), which cannot be checked any more."
        raise Stop(failed(FORMAT, "open_badges_0_5", sentence))
    return generation


def _not_hosted(nothing: NotHad) -> Check:
    """What it means that there is no assertion at its address.

    Only a 410, or a body that says so, is the issuer's word that a badge is withdrawn. A 404 is not: the issuer may
    have moved, and many platforms answer so for a badge they withdrew. Nor does it make the badge good, or a forgery.
    So it is unknown, and the sentence says what may have happened.
    """
    host = nothing.host
    match nothing.code:
        case "gone":
            return status.revoked_by(host, nothing.answer)
        case "missing":
            sentence = f"There is no such badge at {host}, where it says that it is kept. It may have been withdrawn."
            return unknown(PROOF, "not_found", sentence)
        case "unreadable":
            return unknown(PROOF, "unreadable", f"What {host} answers for this badge cannot be read.")
        case "redirected":
            sentence = f"{host} does not keep it itself, but sends on to somebody else, so nobody vouches for it."
            return unknown(PROOF, "redirected", sentence)
        case "id_differs":
            return failed(PROOF, "id_differs", f"What is kept at its address at {host} is another badge.")
        case _:
            sentence = f"We could not reach {host}, where it is kept, so we cannot say whether it is good."
            return unknown(PROOF, "host_unreachable", sentence)


def _place(assertion: Node, issuer: Node) -> Check:
    """The `issuer` check of a hosted badge: it has to be kept where its issuer keeps badges."""
    name = facts.issuer_name_of(issuer)
    host = host_of(name)
    policy = issuer.said.get("verification")
    if not scope.is_within(assertion.id, issuer=name, policy=policy):
        sentence = f"It is kept at {host_of(assertion.id)}, at an address where its issuer, {host}, keeps no badges."
        return failed(ISSUER, "outside_scope", sentence)
    if not scope.is_within(assertion.address or "", issuer=name, policy=policy):
        sentence = (
            f"Its address leads on to another at {host_of(assertion.id)}, where its issuer, {host}, keeps no badges."
        )
        return unknown(ISSUER, "redirected", sentence)
    return passed(ISSUER, "host_is_the_issuers", f"It is kept where its issuer, {host}, keeps its badges.")


def _published(assertion: Node, copy: dict[str, Any] | None, host: str) -> Check:
    """The `proof` check of a hosted badge.

    The standard discards the copy. It may differ honestly, as when an issuer added evidence later; but whoever reads
    the copy has to know that it is not what was checked.
    """
    if copy is not None and _without_context(copy) != _without_context(assertion.document):
        sentence = f"What was handed in differs from the badge that {host} publishes. What is shown here is that one."
        return passed(PROOF, "copy_differs", sentence)
    return passed(PROOF, "hosted", f"It is what {host} publishes today.")


def _cautions(assertion: Node, badge_class: Node, issuer: Node) -> list[Caution]:
    found = []
    if assertion.moved or badge_class.moved or issuer.moved:
        sentence = "A part of it is kept at another address than the one that was asked first."
        found.append(Caution("kept_elsewhere", sentence))
    if not is_address(issuer.id):
        host = host_of(facts.issuer_name_of(issuer))
        sentence = f"Its issuer has no address of its own, and is only known by being described at {host}."
        found.append(Caution("issuer_not_address", sentence))
    return found


def _without_context(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "@context"}


def _identity(recipient: dict[str, Any]) -> dict[str, Any]:
    """The holder in the words of 3.0; the hash is the same."""
    return {
        "identityType": _KIND_OF_OB2_RECIPIENT.get(recipient["type"], recipient["type"]),
        "identityHash": recipient["identity"],
        "hashed": recipient.get("hashed", False),
        "salt": recipient.get("salt"),
    }
