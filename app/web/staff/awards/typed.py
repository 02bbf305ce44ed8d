"""What somebody typed about an award that is to be made: read once, kept to be shown again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from app import clock
from app.credentials import model
from app.errors import InvalidInput
from app.issuing.achievement_facts import Url
from app.issuing.by_hand import Stated
from app.issuing.office import Sponsorship
from app.web.forms import Form
from app.web.languages import gettext as _
from app.web.staff.local import Local

NAMES = (
    "email", "name", "learner", "achievement", "awarded_on", "narrative", "evidence", "sponsor", "funding",
    "due_on", "due_at",
)  # fmt: skip
LONGEST_NAME = 200
LONGEST_EMAIL = 320
LONGEST_TEXT = 5_000
MOST_EVIDENCE = 20
_URL: TypeAdapter[str] = TypeAdapter(Url)


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of the form, as they are."""

    values: Mapping[str, str]

    def __getattr__(self, name: str) -> str:
        """The value of a field, for the template."""
        return self.values[name]

    def stated(self, local: Local) -> Stated:
        """As the office takes it. Raises InvalidInput that names a field."""
        values = self.values
        if not values["achievement"]:
            raise InvalidInput(_("Choose an achievement"), pointer="/achievement")
        if not values["learner"] and not values["email"]:
            raise InvalidInput(_("Say the address at which the person reads mail"), pointer="/email")
        return Stated(
            achievement_id=values["achievement"],
            awarded_at=earned_at(values["awarded_on"], local),
            learner_id=values["learner"] or None,
            email=values["email"] or None,
            name=values["name"] or None,
            evidence=evidence(values["evidence"]),
            narrative=values["narrative"] or None,
            sponsorship=self.sponsorship(),
        )

    def sponsorship(self) -> Sponsorship | None:
        """Who paid for it; None = nothing is said."""
        sponsor, funding = self.values["sponsor"] or None, self.values["funding"] or None
        return Sponsorship(sponsor, funding) if sponsor or funding else None

    def due_at(self, local: Local) -> datetime | None:
        """When it is to be made; None = now. Raises InvalidInput that names a field."""
        return local.at(self.values["due_on"], self.values["due_at"], "due_on")


def of_form(form: Form) -> Typed:
    """What the form states. Raises InvalidInput for a field that is too long."""
    most = {"name": LONGEST_NAME, "email": LONGEST_EMAIL, "sponsor": LONGEST_NAME}
    return Typed({name: form.text(name, most=most.get(name, LONGEST_TEXT)) for name in NAMES})


def blank(local: Local, **values: str) -> Typed:
    """An empty form, save these values; it was earned today."""
    return Typed({**dict.fromkeys(NAMES, ""), "awarded_on": local.today(), **values})


def earned_at(text: str, local: Local) -> datetime:
    """The moment that stands for a day: its begin; now for today and for no day. Raises InvalidInput."""
    begin = local.begin(text, "awarded_on")
    return clock.now() if begin is None or text == local.today() else begin


def evidence(text: str) -> tuple[model.Evidence, ...]:
    """One address a line, and a name behind it. Raises InvalidInput for a line without an address of the web."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_EVIDENCE:
        raise InvalidInput(_("There are at most %(most)s lines of evidence", most=MOST_EVIDENCE), pointer="/evidence")
    found = []
    for line in lines:
        address, _blank, name = line.partition(" ")
        try:
            found.append(model.Evidence(id=_URL.validate_python(address), name=name.strip()[:LONGEST_NAME] or None))
        except ValidationError as error:
            sentence = _("Each line begins with an address of the web: https://…")
            raise InvalidInput(sentence, pointer="/evidence") from error
    return tuple(found)
