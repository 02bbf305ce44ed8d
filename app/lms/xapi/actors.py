"""Who: agents and groups, each known by exactly one inverse functional identifier. Source: xAPI 1.0.3, Data, 2.4.2.

A hashed address (`mbox_sha1sum`) finds somebody whose address is known here already; it is not an identity, and it is
not the hash of Open Badges 3.0.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from app.lms.base import LearnerFacts
from app.lms.reading import Fields, bounded_key, email, wrong
from app.lms.xapi.shapes import check_text, iri, list_of

IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
EMAIL_NAMESPACE, OPENID_NAMESPACE, HASH_NAMESPACE = "email", "openid", "mbox_sha1sum"
_MAILBOX = re.compile(r"mailto:[^@\s]+@[^@\s]+", re.IGNORECASE)
_SHA1 = re.compile(r"[0-9a-fA-F]{40}")


def is_group(actor: Fields) -> bool:
    """Whether the actor says that it is a group."""
    return actor.members.get("objectType") == "Group"


def check_actor(actor: Fields) -> None:
    """Complain about an agent or a group that cannot be told from others."""
    if is_group(actor):
        _check_group(actor)
    else:
        check_agent(actor)


def check_agent(agent: Fields) -> None:
    """Complain about an agent without exactly one identifier."""
    if agent.members.get("objectType") not in {None, "Agent"}:
        raise wrong("`objectType` must be Agent or Group", code="not-a-choice", pointer=agent.at("objectType"))
    if len(_identifiers(agent)) != 1:
        raise wrong(
            f"An agent has exactly one of {', '.join(IDENTIFIERS)}", code="no-identifier", pointer=agent.pointer
        )
    check_text(agent, "name")
    _check_identifier(agent)


def check_group(group: Fields) -> None:
    """Complain about anything that is not a group, and about a group that is none."""
    if not is_group(group):
        raise wrong("A group is expected here", code="not-a-choice", pointer=group.at("objectType"))
    _check_group(group)


def learner_of(agent: Fields) -> tuple[LearnerFacts, tuple[str, ...]]:
    """The person whom a checked agent names, with notes for staff. Raises InvalidInput for an address that is none."""
    name = agent.text("name")
    match _identifiers(agent)[0]:
        case "mbox":
            address = unquote(agent.members["mbox"][len("mailto:") :])
            usable, notes = email(Fields({"mbox": address}), "mbox")
            if usable is None:
                detail = "The learner's e-mail address cannot be used"
                raise wrong(detail, code="no-learner", pointer=agent.at("mbox"))
            return LearnerFacts(EMAIL_NAMESPACE, email=usable, display_name=name), notes
        case "mbox_sha1sum":
            hashed = agent.members["mbox_sha1sum"].lower()
            return LearnerFacts(HASH_NAMESPACE, display_name=name, mbox_sha1sum=hashed), ()
        case "openid":
            return LearnerFacts(OPENID_NAMESPACE, bounded_key(agent.members["openid"]), display_name=name), ()
        case _:
            account = agent.object("account").members
            homepage, user = bounded_key(account["homePage"]), bounded_key(account["name"])
            return LearnerFacts(homepage, user, display_name=name), ()


def _check_group(group: Fields) -> None:
    identifiers = _identifiers(group)
    members = list_of(group, "member")
    if len(identifiers) > 1:
        raise wrong(f"A group has one of {', '.join(IDENTIFIERS)}", code="no-identifier", pointer=group.pointer)
    if not identifiers and not members:
        raise wrong("A group without an identifier has members", code="missing", pointer=group.at("member"))
    check_text(group, "name")
    if identifiers:
        _check_identifier(group)
    for member in members:
        check_agent(member)


def _identifiers(actor: Fields) -> list[str]:
    return [name for name in IDENTIFIERS if actor.has(name)]


def _check_identifier(actor: Fields) -> None:
    match _identifiers(actor)[0]:
        case "mbox":
            value, shape, meaning = actor.members["mbox"], _MAILBOX, "mailto: and an e-mail address"
        case "mbox_sha1sum":
            value, shape, meaning = actor.members["mbox_sha1sum"], _SHA1, "40 hexadecimal digits"
        case "openid":
            iri(actor, "openid")
            return
        case _:
            _check_account(actor.object("account"))
            return
    if not isinstance(value, str) or not shape.fullmatch(value):
        name = _identifiers(actor)[0]
        raise wrong(f"`{name}` must be {meaning}", code="ill-typed", pointer=actor.at(name))


def _check_account(account: Fields) -> None:
    iri(account, "homePage")
    if not isinstance(account.require("name"), str) or not account.members["name"].strip():
        raise wrong("`name` of an account must be text", code="ill-typed", pointer=account.at("name"))
