"""Who did something, in words of the page's language."""

from __future__ import annotations

from app.issuing.actors import Actor, ActorKind
from app.web.languages import gettext as _
from app.web.languages import marked

_BY_LOG = {
    "worker": marked("Lanyard itself"),
    "cli": marked("the operator, by command line"),
    "brake": marked("Lanyard itself"),
    "recipient": marked("the recipient"),
    "demo": marked("the demonstration"),
}


def words(actor: Actor | None) -> str:
    """`Olga Owner`, `Moodle of the hospital (source)`, `Lanyard itself`."""
    return _("nobody whom the log names") if actor is None else _words(actor)


def _words(actor: Actor) -> str:  # noqa: PLR0911 - one for each kind
    match actor.kind:
        case ActorKind.ACCOUNT:
            return actor.name or _("somebody without a name")
        case ActorKind.SOURCE:
            return _("%(name)s (source)", name=actor.name) if actor.name else _("a source that is no longer here")
        case ActorKind.API_KEY:
            return _("%(name)s (API key)", name=actor.name) if actor.name else _("an API key that is no longer here")
        case ActorKind.CLAIM_LINK:
            return _("the person, with a claim link")
        case ActorKind.RECORD_CLIENT:
            return actor.name or _("a health-record system that is no longer here")
        case ActorKind.APP:
            return _("%(host)s, which a learner let in", host=actor.name or _("a program"))
        case ActorKind.OTHER:
            known = _BY_LOG.get(actor.name or "")
            return _(known) if known else actor.name or ""
