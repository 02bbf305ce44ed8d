"""What the forms of definitions ask for: for each kind its name, and a label and a way to fill in for each fact.

The facts themselves, what is required and what is allowed, are those of `issuing/definitions/kinds.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.issuing.achievement_facts import EducationType
from app.issuing.definitions import Kind
from app.stacking.renewal import ValidityKind
from app.web.languages import marked as _


class Widget(StrEnum):
    """How a fact is filled in. A group is one thing with parts; rows are any number of such things."""

    TEXT = "text"
    AREA = "area"
    URL = "url"
    NUMBER = "number"
    DATE = "date"
    BOX = "box"
    CHOICE = "choice"
    REFERENCE = "reference"
    REFERENCES = "references"
    TAGS = "tags"
    CONDITION = "condition"
    GROUP = "group"
    ROWS = "rows"


class Source(StrEnum):
    """What a reference names."""

    CREDENTIAL = "credential"
    SKILL = "skill"
    CE_UNIT = "ce_unit"
    FRAMEWORK = "framework"
    PROGRAMME = "programme"
    PATHWAY = "pathway"


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of a form. Its words are English, and translated where they are shown."""

    name: str
    label: str
    widget: Widget = Widget.TEXT
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    source: Source = Source.CREDENTIAL
    parts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind: what several are called, what one is called, what it is, and its fields."""

    many: str
    one: str
    about: str
    facts: tuple[Fact, ...]


_LEVELS = (
    ("1", _("1: novice")),
    ("2", _("2: advanced beginner")),
    ("3", _("3: competent")),
    ("4", _("4: proficient")),
    ("5", _("5: expert")),
)
_PRIORITIES = (
    ("1", _("1: may wait")),
    ("2", "2"),
    ("3", _("3: as usual")),
    ("4", "4"),
    ("5", _("5: patient safety")),
)
_NAME = Fact("name", _("Name"))
_DESCRIPTION = Fact("description", _("Description"), Widget.AREA)
_SKILL_AT = (
    Fact("skill", _("Skill"), Widget.REFERENCE, source=Source.SKILL),
    Fact("level", _("Level"), Widget.CHOICE, options=_LEVELS),
)
_ALIGNED = (
    Fact("name", _("Name there")),
    Fact("url", _("Address there"), Widget.URL),
    Fact("code", _("Code")),
    Fact("framework", _("Framework")),
    Fact("target_type", _("Kind of target, as Open Badges calls it")),
)
_VALIDITY = (
    Fact(
        "kind",
        _("It is good"),
        Widget.CHOICE,
        options=(
            (ValidityKind.NONE.value, _("Without an end date")),
            (ValidityKind.MONTHS.value, _("For a number of months")),
            (ValidityKind.DAYS.value, _("For a number of days")),
            (ValidityKind.FIXED_DATE.value, _("Until a fixed date")),
        ),
    ),
    Fact("amount", _("How many months or days"), Widget.NUMBER),
    Fact("until", _("The fixed date"), Widget.DATE),
    Fact("end_of_month", _("To the end of that month"), Widget.BOX),
)
_MONTHS = _("Months after it was awarded")

SHAPES: dict[Kind, Shape] = {
    Kind.SKILL: Shape(
        _("Skills"),
        _("skill"),
        _("What somebody can do. Badges show skills with a level, roles ask for them."),
        (
            _NAME,
            _DESCRIPTION,
            Fact("category", _("Category"), hint=_("By which skills are grouped, such as patient care")),
            Fact(
                "decay_months",
                _("Months until it fades"),
                Widget.NUMBER,
                hint=_("Counted from its newest proof. Left empty, it does not fade."),
            ),
            Fact("priority", _("Priority"), Widget.CHOICE, options=_PRIORITIES),
            Fact("framework", _("Framework"), Widget.REFERENCE, source=Source.FRAMEWORK),
            Fact("url", _("Address where it is described"), Widget.URL),
            Fact("alignments", _("The same elsewhere"), Widget.ROWS, parts=_ALIGNED),
        ),
    ),
    Kind.ROLE: Shape(
        _("Roles"),
        _("role"),
        _("A job: the skills that it takes, each with a level, and credentials that it cannot be done without."),
        (
            _NAME,
            _DESCRIPTION,
            Fact("requires", _("Skills that it takes"), Widget.ROWS, parts=_SKILL_AT),
            Fact(
                "requires_credentials",
                _("Credentials that it cannot be done without"),
                Widget.REFERENCES,
                hint=_("By abbreviation or short name, with commas between: BLSS, IPES"),
            ),
            Fact(
                "occupation",
                _("Occupation"),
                Widget.GROUP,
                hint=_("What it is in a framework such as O*NET-SOC or ESCO."),
                parts=(Fact("framework", _("Framework")), Fact("code", _("Code")), Fact("name", _("Name there"))),
            ),
            Fact("headcount_target", _("How many there should be"), Widget.NUMBER),
        ),
    ),
    Kind.UNIT: Shape(
        _("Units"),
        _("unit"),
        _("A ward, a laboratory, a department: where people work together, and what everybody there has to hold."),
        (
            _NAME,
            Fact("headcount_target", _("How many there should be"), Widget.NUMBER),
            Fact(
                "mandatory",
                _("What everybody has to hold"),
                Widget.ROWS,
                parts=(
                    Fact("credential", _("Credential"), Widget.REFERENCE),
                    Fact("target_percent", _("How many of a hundred"), Widget.NUMBER),
                ),
            ),
        ),
    ),
    Kind.EQUIVALENCE: Shape(
        _("Equivalences"),
        _("equivalence"),
        _("That one credential counts as another one in conditions. It never makes a badge."),
        (
            Fact("source", _("This credential"), Widget.REFERENCE),
            Fact("target", _("counts as"), Widget.REFERENCE),
            Fact(
                "direction",
                _("Direction"),
                Widget.CHOICE,
                options=(("one_way", _("In this direction only")), ("both", _("In both directions"))),
            ),
            Fact(
                "pathways",
                _("On which pathways"),
                Widget.REFERENCES,
                hint=_("By short name, with commas between. Left empty, everywhere."),
                source=Source.PATHWAY,
            ),
            Fact("max_age_months", _("For how long"), Widget.NUMBER, hint=_MONTHS),
            Fact("approved_by", _("Approved by")),
            Fact("valid_from", _("From"), Widget.DATE),
            Fact("valid_until", _("Until"), Widget.DATE, hint=_("The last day")),
            Fact("comment", _("Comment"), Widget.AREA),
        ),
    ),
    Kind.RECOGNISED: Shape(
        _("Recognised credentials"),
        _("recognised credential"),
        _("What others award and what counts here once it is verified: of a partner, or of an outside body."),
        (
            _NAME,
            Fact("abbreviation", _("Abbreviation"), hint=_("By which conditions call it")),
            Fact("issued_by", _("Issued by")),
            Fact("issued_by_url", _("Address of who issues it"), Widget.URL),
            Fact(
                "kind",
                _("Whose it is"),
                Widget.CHOICE,
                options=(("external", _("An outside body's")), ("partner", _("A partner's"))),
            ),
            Fact(
                "evidence",
                _("Evidence"),
                Widget.CHOICE,
                options=(
                    ("required", _("Must be shown")),
                    ("optional", _("May be shown")),
                    ("none", _("Is not asked for")),
                ),
            ),
            _DESCRIPTION,
            Fact("criteria_narrative", _("What it takes there"), Widget.AREA),
            Fact("skills", _("Skills that it shows"), Widget.ROWS, parts=_SKILL_AT),
            Fact("hours", _("Hours"), Widget.NUMBER),
            Fact("academic_credits", _("Academic credits"), Widget.NUMBER),
            Fact(
                "continuing_education",
                _("Continuing education"),
                Widget.ROWS,
                parts=(
                    Fact("amount", _("How many"), Widget.NUMBER),
                    Fact("unit", _("Of what"), Widget.REFERENCE, source=Source.CE_UNIT),
                ),
            ),
            Fact("validity", _("How long it is good"), Widget.GROUP, parts=_VALIDITY),
            Fact("grace_days", _("Days of grace after its end"), Widget.NUMBER),
            Fact(
                "education_type",
                _("Kind of learning"),
                Widget.CHOICE,
                options=(
                    ("", _("Not said yet")),
                    (EducationType.FORMAL.value, _("Formal: part of a school's or university's programme")),
                    (EducationType.NON_FORMAL.value, _("Non-formal: a planned course or workshop outside of one")),
                    (EducationType.INFORMAL.value, _("Informal: learned at work, unplanned")),
                ),
            ),
            Fact("achievement_type", _("Kind of achievement, as Open Badges calls it")),
            Fact("tags", _("Tags"), Widget.TAGS, hint=_("With commas between: nursing, blood, beginners")),
        ),
    ),
    Kind.PROGRAMME: Shape(
        _("Programmes"),
        _("programme"),
        _("A formal programme of a school or university, to which credit can be transferred."),
        (
            _NAME,
            Fact("provider", _("Provider")),
            Fact("award", _("What it leads to"), hint=_("For example: Associate degree")),
            Fact("total_credits", _("Credits of the whole programme"), Widget.NUMBER),
            Fact("url", _("Address"), Widget.URL),
        ),
    ),
    Kind.CREDIT_TRANSFER: Shape(
        _("Credit transfers"),
        _("credit transfer"),
        _("An agreement: who meets a condition is given credit in a programme."),
        (
            Fact(
                "source", _("Who meets this"), Widget.CONDITION, hint=_("For example: BLSS and 2 of (SPMO, ECGR, VBCO)")
            ),
            Fact("programme", _("Programme"), Widget.REFERENCE, source=Source.PROGRAMME),
            Fact("credits", _("Credits"), Widget.NUMBER),
            Fact(
                "realised",
                _("When it is given"),
                Widget.CHOICE,
                options=(
                    ("on_enrolment", _("Once they are in the programme")),
                    ("on_award", _("At once")),
                ),
            ),
            Fact("max_age_months", _("For how long"), Widget.NUMBER, hint=_MONTHS),
            Fact("agreement_from", _("Agreement from"), Widget.DATE),
            Fact("agreement_until", _("Agreement until"), Widget.DATE, hint=_("The last day")),
        ),
    ),
    Kind.CE_UNIT: Shape(
        _("Units of continuing education"),
        _("unit of continuing education"),
        _("How many contact hours one of it is, so that amounts can be summed."),
        (
            Fact("name", _("Name"), hint=_("As badges state it, such as ANCC contact hours")),
            Fact("contact_hours", _("Contact hours of one"), Widget.NUMBER),
        ),
    ),
    Kind.FRAMEWORK: Shape(
        _("Frameworks"),
        _("framework"),
        _("A framework of skills, to which skills refer."),
        (
            _NAME,
            Fact("url", _("Address"), Widget.URL),
            Fact("ships_data", _("The skills here are this framework"), Widget.BOX),
            _DESCRIPTION,
        ),
    ),
}
