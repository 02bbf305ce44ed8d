"""Which column of a file holds what: by its heading, in several languages, and always open to be chosen otherwise."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from app.lms.csv.cells import tidy

_ALIASES: Mapping[str, str] = {
    "email": "e_mail mail email_address e_mail_address mail_address user_email learner_email student_email "
    "recipient recipient_email emailadresse e_mail_adresse mailadresse adresse_e_mail courriel correo "
    "correo_electronico",
    "name": "full_name display_name learner learner_name student student_name recipient_name participant "
    "participant_name employee employee_name teilnehmer teilnehmerin nom_complet nombre_completo",
    "given_name": "first_name firstname forename vorname prenom nombre",
    "family_name": "last_name lastname surname nachname familienname nom nom_de_famille apellido apellidos",
    "external_id": "user_id learner_id student_id employee_id employee_number personnel_number staff_id person_id "
    "participant_id personalnummer mitarbeiternummer mitarbeiter_id matricule id_empleado",
    "username": "login user_login benutzername",
    "course_id": "activity_id course_code course_number course training_id training_code module_id kurs_id kursnummer "
    "kurscode code_cours id_curso",
    "course_name": "course_title activity_name training training_title kurs kursname kurstitel cours curso",
    "completed_at": "completed_on completion_date date_completed completed_date date_of_completion completion_time "
    "finished_at finished_on occurred_at date datum abschlussdatum abgeschlossen_am date_de_fin fecha",
    "score": "grade final_grade final_score points mark percent percentage score_percent punkte ergebnis_prozent",
    "score_max": "max_score maximum_score maximum max max_points points_possible possible_points out_of max_punkte",
    "attempt": "attempt_number attempt_no attempt_id registration versuch",
    "evidence_url": "evidence certificate_url certificate_link transcript_url link url",
    "status": "kind outcome result state completion_status enrolment_status enrollment_status ergebnis estado",
    "passed": "pass success successful bestanden reussi aprobado",
    "comment": "comments note notes remark remarks bemerkung",
}
# In a file of awards that were issued elsewhere, beside the others. As Credly and Badgr (Canvas Credentials) name them.
_ALIASES_OF_AWARDS: Mapping[str, str] = {
    "email": "recipient_identity recipient_identifier earner_email issued_to_email",
    "name": "issued_to earner_name",
    "given_name": "issued_to_first_name recipient_first_name",
    "family_name": "issued_to_last_name recipient_last_name",
    "course_id": "badge_template_id template_id badge_class_id badgeclass_id badgeclass badge_id achievement_id",
    "course_name": "badge_template_name template_name badge_class_name badge_class badge_name badge achievement "
    "achievement_name",
    "completed_at": "issued_at issued_on issued issue_date date_issued issued_date issued_at_date awarded_at "
    "awarded_on award_date awarded",
    "evidence_url": "badge_url public_badge_url public_url open_badge_id assertion assertion_id assertion_url "
    "award_url credential_url",
    "valid_until": "expires_at expires expires_on expiration_date expiry_date expires_at_date expiration",
}
# In a file of awards by hand, beside the others: what is said of an award itself, and no platform says of a completion.
_ALIASES_BY_HAND: Mapping[str, str] = {
    "sponsor": "sponsor_name sponsored_by sponsoring_organisation sponsoring_organization paid_by payer "
    "kostentrager bezahlt_von parrain finance_par patrocinador patrocinado_por pagado_por paga",
    "funding": "funding_source source_of_funding funded_by funding_reference grant "
    "finanzierung forderung financement financiacion fuente_de_financiacion financiado_por subvencion beca",
}


class Contents(Enum):
    """What the rows of a file are: facts for rules, a person's word (awards by hand), or awards issued elsewhere."""

    COMPLETIONS = auto()
    BY_HAND = auto()
    ELSEWHERE = auto()


_MORE_ALIASES: Mapping[Contents, Mapping[str, str]] = {
    Contents.COMPLETIONS: {},
    Contents.BY_HAND: _ALIASES_BY_HAND,
    Contents.ELSEWHERE: _ALIASES_OF_AWARDS,
}
FIELDS = tuple(dict.fromkeys(name for each in (_ALIASES, *_MORE_ALIASES.values()) for name in each))
"""Every field that a column may be chosen for, whatever the file is of."""


def _fields_of(*every: Mapping[str, str]) -> dict[str, str]:
    return {alias: name for each in every for name, aliases in each.items() for alias in (name, *aliases.split())}


_FIELD_OF = {contents: _fields_of(_ALIASES, more) for contents, more in _MORE_ALIASES.items()}
_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Columns:
    """The column of each field that has one, 0-based; how it was found: `heading`, `alias` or `chosen`; the others."""

    places: Mapping[str, int] = field(default_factory=dict)
    found_by: Mapping[str, str] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    width: int = 0

    def has(self, name: str) -> bool:
        """Whether a column holds this field."""
        return name in self.places


def plain(heading: str) -> str:
    """A heading as it is compared: without case, accents and signs; `E-Mail-Adresse ` is `e_mail_adresse`."""
    letters = unicodedata.normalize("NFKD", tidy(heading)).casefold()
    without_accents = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _NO_LETTER.sub("_", without_accents).strip("_")


def recognised(headings: Sequence[str]) -> int:
    """How many of these headings name a field."""
    known = _FIELD_OF[Contents.COMPLETIONS]
    return sum(plain(heading) in known for heading in headings)


def find(headings: Sequence[str], chosen: Mapping[str, str | int | None], contents: Contents) -> Columns:
    """The columns of a file with these headings. A problem is a setting and what has to be decided there."""
    field_of = _FIELD_OF[contents]
    fields = tuple(dict.fromkeys(field_of.values()))
    places: dict[str, int] = {}
    found_by: dict[str, str] = {}
    problems: list[tuple[str, str]] = []
    for name, wanted in chosen.items():
        if wanted is not None and name not in fields:
            problems.append((f"columns/{name}", f"Rows of this file have no {name}; leave it out"))
        elif wanted is not None:
            place = _chosen_place(headings, wanted)
            if place is None:
                problems.append((f"columns/{name}", f"No column is “{wanted}”; the file has {_listed(headings)}"))
            else:
                places[name], found_by[name] = place, "chosen"
    taken = set(places.values())
    for name in fields:
        if name in chosen:
            continue
        exact = [n for n, heading in enumerate(headings) if plain(heading) == name and n not in taken]
        aliases = [n for n, heading in enumerate(headings) if field_of.get(plain(heading)) == name and n not in taken]
        candidates = exact or aliases
        if len(candidates) > 1:
            named = " and ".join(f"“{headings[n]}” (column {n + 1})" for n in candidates[:5])
            problems.append((f"columns/{name}", f"Which column is the {name}: {named}?"))
        elif candidates:
            places[name], found_by[name] = candidates[0], "heading" if exact else "alias"
    extra = tuple(heading for n, heading in enumerate(headings) if n not in places.values() and heading)
    return Columns(places, found_by, extra, tuple(problems), len(headings))


def _chosen_place(headings: Sequence[str], wanted: str | int) -> int | None:
    if isinstance(wanted, int):
        return wanted - 1 if 1 <= wanted <= len(headings) else None
    same = [n for n, heading in enumerate(headings) if tidy(heading) == tidy(wanted)]
    alike = same or [n for n, heading in enumerate(headings) if plain(heading) == plain(wanted)]
    return alike[0] if len(alike) == 1 else None


def _listed(headings: Sequence[str]) -> str:
    shown = ", ".join(f"“{heading[:40]}”" for heading in headings[:20] if heading)
    return f"{shown} …" if len(headings) > 20 else shown  # noqa: PLR2004 - as many as are shown
