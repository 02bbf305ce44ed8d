"""How pages say things, in the language of the request: dates with the month as a word, amounts, levels, methods."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates, lists, numbers

from app import days
from app.issuing.achievement_facts import (
    AchievementFacts,
    AssessmentMethod,
    EducationType,
    FormalRelation,
    PriceFacts,
    ValidityFacts,
)
from app.stacking.renewal import ValidityKind
from app.web.languages import current, marked, ngettext
from app.web.languages import gettext as _

# The issuer's scale of `SkillFacts.level`; said by `level`.
LEVELS = {
    1: marked("novice"),
    2: marked("advanced beginner"),
    3: marked("competent"),
    4: marked("proficient"),
    5: marked("expert"),
}
# The types of achievement that Open Badges 3.0 names and health-care training uses; any other stands as it is.
KINDS = {
    "MicroCredential": marked("Micro-credential"),
    "Badge": marked("Badge"),
    "Certificate": marked("Certificate"),
    "Certification": marked("Certification"),
    "CertificateOfCompletion": marked("Certificate of completion"),
    "Competency": marked("Competency"),
    "Course": marked("Course"),
    "Diploma": marked("Diploma"),
    "License": marked("Licence"),
    "Membership": marked("Membership"),
    "Award": marked("Award"),
}
UTC_ZONE = ZoneInfo("UTC")  # for what has no issuer: an account, a stranger's badge
FEWEST_COUNTED = 10  # fewer holders than that are people, not a number
MOST_COUNTED = 10_000
_SOME = 100  # stands for a number with a fraction where a language asks how many: "1.5 hours"


def date_of(moment: datetime, zone: ZoneInfo) -> str:
    """`24 November 2026`: the day in this zone, which is the issuer's, wherever the reader is (B24)."""
    return day_of(days.day_in(moment, zone))


def end_of(moment: datetime, zone: ZoneInfo) -> str:
    """The last good day of what ends at a moment: `24 November 2026`.

    Where it does not end with a day of this zone, as an end that was counted in another zone or came with a file, the
    time stands there as well, so that nobody is told a day too many or too few.
    """
    return date_of(moment, zone) if days.ends_a_day(moment, zone) else moment_of(moment, zone)


def moment_of(moment: datetime, zone: ZoneInfo) -> str:
    """`24 November 2026, 09:05 UTC`: the moment in this zone, which is named."""
    there = days.moment_in(moment, zone)
    time = there.strftime("%H:%M")
    return _("%(date)s, %(time)s %(zone)s", date=day_of(there.date()), time=time, zone=zone_name(zone))


def zone_name(zone: ZoneInfo) -> str:
    """What people call the time of a zone: `Central European Time`."""
    return "UTC" if days.is_utc(zone) else dates.get_timezone_name(zone, locale=locale_tag())


def zone_line(*zones: ZoneInfo) -> str:
    """Whose days a page states, in a sentence; several, as on a page of badges of several issuers, are all named."""
    if not zones:
        return _("Dates are those of each issuer’s time zone.")
    names = list(dict.fromkeys(zone_name(each) for each in zones))
    if len(names) == 1:
        return _("Dates are those of %(zone)s.", zone=names[0])
    listed = lists.format_list(names, locale=locale_tag())
    return _("Dates are those of each issuer’s time zone: %(zones)s.", zones=listed)


def locale_tag() -> str:
    """The language of this request as babel's data know it. English writes dates as in Britain: day before month."""
    return "en_GB" if current().tag == "en" else current().tag


def language_name(tag: str) -> str:
    """A language in words, in the language of the page; the tag itself where nobody has a word for it."""
    try:
        name = Locale.parse(tag, sep="-").get_display_name(locale_tag())
    except (ValueError, UnknownLocaleError):
        name = None
    return name or tag


def language_own_name(tag: str) -> str:
    """A language as it calls itself; the tag where nobody knows."""
    try:
        name = Locale.parse(tag, sep="-").get_display_name()
    except (ValueError, UnknownLocaleError):
        name = None
    return name[:1].upper() + name[1:] if name else tag


@lru_cache(maxsize=256)
def direction(tag: str) -> str:
    """The `dir` of a text in a language: `rtl`; else `auto`, as some state a language that they do not write in."""
    try:
        is_rightward = Locale.parse(tag, sep="-").character_order != "right-to-left"
    except (ValueError, UnknownLocaleError):
        is_rightward = True
    return "auto" if is_rightward else "rtl"


def month_of(day: date) -> str:
    """`November 2026`."""
    return dates.format_skeleton("yMMMM", day, locale=locale_tag())


def figure(number: Decimal | float, *, as_share: bool = False) -> str:
    """A number as the reader's language writes it, with at most two digits behind the point; a share in per cent."""
    if as_share:
        return numbers.format_percent(number, format="#,##0.#%", locale=locale_tag())
    return numbers.format_decimal(number, format="#,##0.##", locale=locale_tag())


def machine_date(moment: datetime) -> str:
    """For the `datetime` attribute of an element: `2026-11-24T09:05:00Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def amount(number: Decimal) -> str:
    """A number without zeros that say nothing, and without marks for thousands: `12`, `1.5`, in Spanish `1,5`."""
    exact = number.normalize() + 0  # takes the sign from a zero
    return numbers.format_decimal(exact, locale=locale_tag(), group_separator=False, decimal_quantization=False)


def counted(number: Decimal | int, one: str, many: str) -> str:
    """`1 hour`, `12 hours`. The two words must be ones that are said as "%(num)s hour" somewhere here."""
    forms = f"%(num)s {one}", f"%(num)s {many}"
    return ngettext(*forms, _form(number), num=amount(Decimal(number)))


def hours(number: Decimal | int) -> str:
    """`1 hour`, `1.5 hours`."""
    return ngettext("%(num)s hour", "%(num)s hours", _form(number), num=amount(Decimal(number)))


def level(number: int) -> str:
    """The word for a level of the scale of five."""
    return _(LEVELS[number])


def kind(achievement_type: str) -> str:
    """What sort of achievement it is, in words where there are any."""
    known = KINDS.get(achievement_type)
    return _(known) if known else achievement_type.removeprefix("ext:")


def price(stated: PriceFacts) -> str:
    """`US$70.00`, or that it costs nothing."""
    if not stated.amount:
        return _("free of charge")
    return numbers.format_currency(stated.amount, stated.currency, locale=locale_tag())


def holders(number: int) -> str:
    """How many people hold something now, to stand after "Held by". Few are people who could be named, so no number."""
    if number < FEWEST_COUNTED:
        return _("fewer than %(num)s people", num=FEWEST_COUNTED)
    if number > MOST_COUNTED:
        return _("more than %(num)s people", num=numbers.format_decimal(MOST_COUNTED, locale=locale_tag()))
    shown = numbers.format_decimal(number, locale=locale_tag())
    return ngettext("%(num)s person", "%(num)s people", number, num=shown)


def assessment(method: AssessmentMethod | None) -> str | None:
    """How it was assessed, to stand after "assessed by"; None when it was not, or nobody said."""
    match method:
        case AssessmentMethod.EXAM:
            return _("an exam")
        case AssessmentMethod.OBSERVED:
            return _("observed practice")
        case AssessmentMethod.PORTFOLIO:
            return _("a portfolio of work")
        case AssessmentMethod.RULE:
            return _("a set of earned badges")
        case AssessmentMethod.NONE | None:
            return None


def credits(facts: AchievementFacts) -> list[str]:  # noqa: A001 - the field's word; the builtin is for prompts
    """Each amount with its unit: `2 ANCC contact hours`."""
    found = [f"{amount(each.amount)} {each.unit}" for each in facts.continuing_education]
    if facts.academic_credits:
        found.append(academic_credits(facts.academic_credits))
    return found


def academic_credits(number: Decimal) -> str:
    """`1 academic credit`, `1.5 academic credits`."""
    shown = amount(number)
    return ngettext("%(num)s academic credit", "%(num)s academic credits", _form(number), num=shown)


def education(facts: AchievementFacts) -> list[str]:
    """What kind of learning it is and how it relates to a formal qualification (SEED-13, SEED-14)."""
    found = []
    match facts.education_type:
        case EducationType.FORMAL:
            found.append(_("Formal education"))
        case EducationType.NON_FORMAL:
            found.append(_("Non-formal education"))
        case EducationType.INFORMAL:
            found.append(_("Informal learning"))
        case None:
            pass
    match facts.formal_relation:
        case FormalRelation.ADDITIONAL:
            found.append(_("In addition to a formal qualification"))
        case FormalRelation.ALTERNATE:
            found.append(_("An alternative to a formal qualification"))
        case FormalRelation.COMPLEMENTARY:
            found.append(_("Complements a formal qualification"))
        case FormalRelation.COMPONENT:
            found.append(_("Part of a formal qualification"))
        case None:
            pass
    return found


def validity(rule: ValidityFacts) -> str:
    """How long an award is good, to stand after "stays good"."""
    match rule.kind:
        case ValidityKind.NONE:
            return _("without an end date")
        case ValidityKind.DAYS:
            number = rule.amount or 0
            length = ngettext("%(num)s day", "%(num)s days", number)
        case ValidityKind.MONTHS:
            length = _months(rule.amount or 0)
        case ValidityKind.FIXED_DATE:
            if rule.until is None:  # pragma: no cover - a rule of this kind has its date
                return _("until a fixed date")
            return _("until %(date)s", date=day_of(rule.until))
    if rule.end_of_month:
        return _("for %(length)s, to the end of that month", length=length)
    return _("for %(length)s", length=length)


def _months(number: int) -> str:
    years, rest = divmod(number, 12)
    if years and not rest:
        return ngettext("%(num)s year", "%(num)s years", years)
    return ngettext("%(num)s month", "%(num)s months", number)


def day_of(there: date) -> str:
    """`24 November 2026`: a day as it is, in no zone."""
    return dates.format_date(there, format="long", locale=locale_tag())


def _form(number: Decimal | int) -> int:
    return int(number) if number == int(number) else _SOME
