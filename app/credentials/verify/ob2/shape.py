"""Whether an assertion, a badge class or an issuer has the members that it must have; one rule a function.

Source: Open Badges 2.0, "Data Classes". Read leniently where a badge is no less a badge: an issuer without an e-mail
address or a class without an image is accepted, as Open Badges 1.x had them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.credentials.verify.finding import SCHEMA, Stop, failed
from app.credentials.verify.ob2.addresses import is_address
from app.credentials.verify.ob2.generations import Generation
from app.credentials.verify.ob2.graph import Node
from app.credentials.verify.ob2.moments import moment_of
from app.credentials.verify.ob2.vocabulary import CLASSES, PREFIXES, iri_of
from app.credentials.verify.shape import is_uri, types_of

HOSTED = frozenset({"hosted", "HostedBadge"})
SIGNED = frozenset({"signed", "SignedBadge"})
_EXTENSION = "extensions:"
_DESCRIPTIONS = frozenset({"BadgeClass", "Issuer", "Profile", "RevocationList", "CryptographicKey", "Endorsement"})


def check_assertion(node: Node) -> None:
    """Raises Stop with the `schema` check unless it is an assertion that says who earned what, when, and how to check.

    An assertion that only says that it is revoked has nothing else; ask that before.
    """
    said, older = node.said, node.generation is not Generation.OB_2_0
    check_is_assertion(said)
    if not is_uri(said.get("id")):
        raise problem("id", "it has no address or identifier of its own")
    _check_recipient(said.get("recipient"))
    if not _points_to(said.get("badge")):
        raise problem("badge", "it does not say what was achieved")
    if kind_of_verification(said) is None:
        raise problem("verification", "it does not say how it can be checked")
    begins = moment_of(said.get("issuedOn"), or_seconds=older)
    if begins is None:
        raise problem("issued_on", "it does not say when it was issued")
    ends = None
    if said.get("expires") is not None:
        ends = moment_of(said["expires"], or_seconds=older)
        if ends is None:
            raise problem("date", "one of its dates does not exist")
    if ends is not None and ends < begins:
        raise problem("dates_order", "it ends before it begins")
    _check_image(said.get("image"))
    _check_extensions(said)


def check_is_assertion(said: dict[str, Any]) -> None:
    """Raises Stop with the `schema` check for what only describes a badge, or is none."""
    if types_of(said) & _DESCRIPTIONS:
        raise Stop(failed(SCHEMA, "not_awarded", "This describes a badge or its issuer. It is no badge of anybody."))
    _check_class(said, "Assertion", sentence="it does not say that it is an Open Badge that was awarded")


def check_badge_class(node: Node) -> None:
    """Raises Stop with the `schema` check unless it names and describes an achievement, its criteria and its issuer."""
    said = node.said
    _check_class(said, "BadgeClass", sentence="what it says was achieved is not described as the standard says")
    if not node.id:
        raise problem("achievement", "what was achieved has no address or identifier")
    if not all(_is_text(said.get(name)) for name in ("name", "description")):
        raise problem("achievement", "it does not name and describe what was achieved")
    criteria = _first(said.get("criteria"))
    stated = (criteria.get("id"), criteria.get("narrative")) if isinstance(criteria, dict) else (criteria,)
    if not any(_is_text(text) for text in stated):
        raise problem("criteria", "it does not say what it took to earn it")
    if not _points_to(said.get("issuer")):
        raise problem("issuer", "it does not say who issued it")
    _check_extensions(said)


def check_issuer(node: Node) -> None:
    """Raises Stop with the `schema` check unless it is a profile with a name."""
    _check_class(node.said, "Issuer", "Profile", sentence="what it says about its issuer is not a profile")
    if not _is_text(node.said.get("name")):
        raise problem("issuer", "its issuer has no name")
    _check_extensions(node.said)


def check_types(said: dict[str, Any]) -> None:
    """Raises Stop with the `schema` check unless an object is of a kind, and each of its kinds exists.

    A kind is a class of Open Badges, or the full address of somebody's own class.
    """
    kinds = types_of(said)
    if not kinds or not all(_is_class(kind) for kind in kinds):
        raise problem("type_unknown", "a part of it is of a kind that does not exist")


def kind_of_verification(said: dict[str, Any]) -> frozenset[str] | None:
    """HOSTED or SIGNED, as the assertion says; None when it says neither."""
    stated = types_of(said.get("verification"))
    return HOSTED if stated & HOSTED else SIGNED if stated & SIGNED else None


def _check_class(said: dict[str, Any], *classes: str, sentence: str) -> None:
    if not types_of(said) & set(classes):
        raise problem("type", sentence)
    check_types(said)


def _is_class(kind: str) -> bool:
    if ":" not in kind:
        return kind in CLASSES
    iri = iri_of(kind)
    # Open Badges' own vocabulary has no classes but these, whoever spells one out.
    return is_uri(iri) and not iri.startswith(PREFIXES["obi"])


def _check_recipient(recipient: Any) -> None:
    if not isinstance(recipient, dict) or not all(_is_text(recipient.get(name)) for name in ("type", "identity")):
        raise problem("recipient", "it does not say who earned it")
    if not isinstance(recipient.get("hashed", False), bool) or not isinstance(recipient.get("salt") or "", str):
        raise problem("recipient", "the way it names its holder is not complete")


def _check_image(image: Any) -> None:
    """The picture of an assertion is the baked one at an address; only a badge class may hold its own (validator)."""
    stated = image.get("id") if isinstance(image, dict) else image
    if isinstance(stated, str) and stated[:5].lower() == "data:":
        raise problem("image", "its picture is written into it, where its address should be")


def _check_extensions(said: dict[str, Any]) -> None:
    """What an extension says is nobody's business here, but it has to be one: of its own, existing kind."""
    for name, value in said.items():
        if not name.startswith(_EXTENSION):
            continue
        for extension in value if isinstance(value, list) else [value]:
            if "Extension" not in types_of(extension):
                raise problem("extension", "something was added to it in a way that the standard does not allow")
            check_types(extension)


def _points_to(value: Any) -> bool:
    return is_address(value) or isinstance(value, dict)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def problem(code: str, sentence: str) -> Stop:
    """The `schema` check that fails, and why, ready to be raised."""
    return Stop(failed(SCHEMA, code, f"This is not a complete badge: {sentence}."))


def texts_of(value: Any) -> Iterator[str]:
    """The texts in a member that holds one or a list of them."""
    yield from (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str))
