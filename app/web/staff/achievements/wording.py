"""How the pages of achievements call things: kinds, standings, shapes, points of the checklist, and who did it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.errors import NotFound
from app.issuing.access import ApiKey
from app.issuing.accounts import Account, people
from app.issuing.achievement_checklist import Check, Point
from app.issuing.achievement_facts import AssessmentMethod, EducationType, FormalRelation
from app.issuing.achievement_lists import Standing
from app.projections.drawing import Icon, Shape
from app.stacking.cycles import Method
from app.stacking.renewal import ValidityKind
from app.stacking.world import OnLoss
from app.web import words
from app.web.languages import gettext as _
from app.web.states import Tone

Options = list[tuple[str, str]]

_WORD_STARTS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Pill:
    """A state as a word with a tone."""

    tone: Tone
    word: str


@dataclass(frozen=True, slots=True)
class PointView:
    """A point of the checklist as a sentence, with the place where it is set right ("" = it cannot be, here)."""

    holds: bool
    is_must: bool
    sentence: str
    said: tuple[str, ...]
    where: str  # a path, below the achievement's or, with a slash in front, below the issuer's
    link: str


def pill(standing: Standing, version: int | None) -> Pill:
    """The standing of an achievement."""
    match standing:
        case Standing.DRAFT:
            return Pill(Tone.UNKNOWN, _("Draft"))
        case Standing.PUBLISHED:
            return Pill(Tone.GOOD, _("Published, version %(number)s", number=version))
        case Standing.CHANGED:
            return Pill(Tone.SOON, _("Version %(number)s, changes not published", number=version))
        case Standing.ARCHIVED:
            return Pill(Tone.ENDED, _("Archived"))


def standings() -> Options:
    """What a list can be filtered by."""
    return [
        ("", _("All")),
        (Standing.DRAFT, _("Drafts")),
        (Standing.PUBLISHED, _("Published")),
        (Standing.CHANGED, _("With changes that are not published")),
        (Standing.ARCHIVED, _("Archived")),
    ]


def spelt(name: str) -> str:
    """A name of the standard's lists in separate words: `CertificateOfCompletion` as people write it."""
    if name in words.KINDS:
        return words.kind(name)
    first, *rest = _WORD_STARTS.sub(" ", name).split(" ")
    return " ".join([first, *(word.lower() for word in rest)])


def assessment_methods() -> Options:
    """How learning can be assessed."""
    return [
        ("", _("Not said yet")),
        (AssessmentMethod.EXAM, _("By an exam or test")),
        (AssessmentMethod.OBSERVED, _("By observed practice, at the bedside or in simulation")),
        (AssessmentMethod.PORTFOLIO, _("By a portfolio of work")),
        (AssessmentMethod.RULE, _("By earning a set of other badges")),
        (AssessmentMethod.NONE, _("It is not assessed: taking part is enough")),
    ]


def education_types() -> Options:
    """The ISCED types of education."""
    return [
        ("", _("Not said yet")),
        (EducationType.FORMAL, _("Formal: part of a school's or university's programme")),
        (EducationType.NON_FORMAL, _("Non-formal: a planned course or workshop outside of one")),
        (EducationType.INFORMAL, _("Informal: learned at work, and assessed afterwards")),
    ]


def formal_relations() -> Options:
    """What it can be to a formal qualification."""
    return [
        ("", _("None, or not said")),
        (FormalRelation.ADDITIONAL, _("In addition to one")),
        (FormalRelation.ALTERNATE, _("An alternative to one")),
        (FormalRelation.COMPLEMENTARY, _("Complements one")),
        (FormalRelation.COMPONENT, _("Part of one")),
    ]


def validities() -> Options:
    """How long an award can be good."""
    return [
        (ValidityKind.NONE, _("Without an end date")),
        (ValidityKind.MONTHS, _("For some months after it was earned")),
        (ValidityKind.DAYS, _("For some days after it was earned")),
        (ValidityKind.FIXED_DATE, _("Until a fixed date, the same for everybody")),
    ]


def renewals() -> Options:
    """How a badge that ends can be renewed; the first says nothing of it."""
    return [
        ("", _("as usual, by earning it again, and nobody is reminded")),
        (Method.REASSESS.value, _("by taking part again and passing")),
        (Method.CE.value, _("by continuing education")),
        (Method.NONE.value, _("not at all: it has to be earned anew")),
    ]


def failed_audits() -> Options:
    """What becomes of a renewed badge whose continuing education could not be shown."""
    return [
        ("", _("the badge stays")),
        (OnLoss.SUSPEND.value, _("the badge is paused until somebody reinstates it")),
        (OnLoss.REVOKE.value, _("the badge is withdrawn")),
    ]


def shapes() -> Options:
    """The outlines of a drawn badge."""
    names = {
        Shape.SHIELD: _("Shield"),
        Shape.CIRCLE: _("Circle"),
        Shape.HEXAGON: _("Hexagon"),
        Shape.RIBBON: _("Ribbon"),
        Shape.LEAF: _("Leaf"),
        Shape.SQUARE: _("Square"),
    }
    return list(names.items())


def icons() -> Options:
    """The icons of a drawn badge."""
    names = {
        "": _("No icon"),
        Icon.HEART: _("Heart"),
        Icon.DROP: _("Drop"),
        Icon.SYRINGE: _("Syringe"),
        Icon.STETHOSCOPE: _("Stethoscope"),
        Icon.CROSS: _("Cross"),
        Icon.PILL: _("Pill"),
        Icon.THERMOMETER: _("Thermometer"),
        Icon.BED: _("Bed"),
        Icon.CLIPBOARD: _("Clipboard with a tick"),
        Icon.BOOK: _("Book"),
        Icon.CAP: _("Graduation cap"),
        Icon.PEOPLE: _("People"),
    }
    return list(names.items())


def who(session: Session, actor: str | None) -> str:
    """Who did something, as the audit log names them, in words."""
    kind, _colon, name = (actor or "").partition(":")
    if kind == "account":
        return _account(session, name)
    if kind == "api-key":
        key = session.get(ApiKey, name)
        return _("the API key %(name)s", name=key.name if key else name)
    return {"cli": _("an operator, on the command line"), "worker": _("the service itself")}.get(kind, actor or "")


def _account(session: Session, account_id: str) -> str:
    try:
        account: Account = people.by_id(session, account_id)
    except NotFound:
        return _("somebody whose account is gone")
    addresses = people.addresses_of(session, account_id)
    return account.display_name or (addresses[0].written if addresses else _("a member"))


def point(check: Check) -> PointView:
    """A point as the checklist says it."""
    holding, lacking, where, link = _points()[check.point]
    said = tuple(_also(check))
    return PointView(check.holds, check.is_must, holding if check.holds else lacking, said, where, link)


def _also(check: Check) -> list[str]:
    if check.point is Point.ABBREVIATION:
        return [_("Also used by: %(names)s", names=", ".join(check.said))] if check.said else []
    if check.point is Point.TRANSLATIONS:
        parts = {"description": _("the description"), "criteria_narrative": _("the criteria")}
        return [f"{words.language_name(tag)}: {parts[part]}" for tag, part in map(str.split, check.said)]
    if check.point is Point.TRANSLATED_LETTERS:
        return [words.language_name(tag) for tag in check.said]
    return list(check.said)


def _points() -> dict[Point, tuple[str, str, str, str]]:
    """For each point: what to say when it holds, when it does not, where it is set right, and that link's words."""
    return _what_must_be() | _what_should_be() | _of_translations()


def _what_must_be() -> dict[Point, tuple[str, str, str, str]]:
    return {
        Point.IN_USE: ("", _("It is archived. Take it out of the archive first."), "", _("Open it")),
        Point.CRITERIA: (
            _("It says what it takes."),
            _("Say what it takes: criteria as text, or an address where they are."),
            "edit#criteria_narrative",
            _("Write the criteria"),
        ),
        Point.ASSESSMENT: (
            _("It says how the learning is assessed."),
            _("A micro-credential is assessed learning. Say how it is assessed, or choose another kind."),
            "edit#assessment_method",
            _("Choose the assessment"),
        ),
        Point.SKILLS: (
            _("It lists skills with their levels."),
            _("A micro-credential shows at least one skill with a level."),
            "edit#skills",
            _("Add a skill"),
        ),
        Point.ALT_TEXT: (
            _("The image is described in words."),
            _("Describe the image in words, for people who do not see it."),
            "edit#image_alt",
            _("Describe the image"),
        ),
        Point.KEYS: (
            _("The issuer has keys to sign badges with."),
            _("The issuer has no active keys, so no badge could be signed."),
            "/settings/keys",
            _("Look at the keys"),
        ),
        Point.SIGNABLE: (
            _("A badge of it passes every rule of Open Badges 3.0."),
            _("A badge that says this could not be signed:"),
            "edit",
            _("Edit"),
        ),
    }


def _of_translations() -> dict[Point, tuple[str, str, str, str]]:
    return {
        Point.TRANSLATIONS: (
            _("Whatever it says is translated into each of its other languages."),
            _("Not everything is translated; what is missing is shown as it is signed:"),
            "edit#tongues",
            _("Complete the translations"),
        ),
        Point.TRANSLATED_LETTERS: (
            _("Each translation is written in letters of its language."),
            _("These translations are not written in the letters of the language that they name:"),
            "edit#tongues",
            _("Check the translations"),
        ),
    }


def _what_should_be() -> dict[Point, tuple[str, str, str, str]]:
    return {
        Point.ABBREVIATION: (
            _("No other achievement of yours has the same abbreviation."),
            _("Another achievement has the same abbreviation, and people will take one for the other."),
            "edit#abbreviation",
            _("Change the abbreviation"),
        ),
        Point.LANGUAGE: (
            _("The language that it names fits its letters."),
            _("The description is not written in the letters of the language that it names."),
            "edit#language",
            _("Check the language"),
        ),
        Point.LENGTH: (
            _("It says how many hours it takes."),
            _("Say how many hours it takes: people compare by it."),
            "edit#hours",
            _("Add the hours"),
        ),
        Point.VALIDITY: (
            _("It ends on a date, and so asks to be renewed."),
            _("It has no end date. That is right for what is never unlearned, and not for what has to be renewed."),
            "edit#validity_kind",
            _("Look at how long it stays good"),
        ),
        Point.EDUCATION: (
            _("It says what kind of learning it is."),
            _("Say whether the learning is formal, non-formal or informal: reports count by it."),
            "edit#education_type",
            _("Choose the kind of learning"),
        ),
        Point.PROFILE: (
            _("The issuer has a description, a picture and an e-mail address."),
            _("Visitors see who stands behind a badge. Add a description, a picture and an e-mail address."),
            "/settings",
            _("Complete the profile"),
        ),
    }
