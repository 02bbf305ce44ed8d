"""What a catalogue file may say: its sections, their names for things, and what is read over, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Section:
    """The names that an entry may use; `left_out`: those that change nothing here, and why, as a sentence goes on."""

    keys: frozenset[str]
    left_out: Mapping[str, str] = field(default_factory=dict)


def _section(keys: str, **left_out: str) -> Section:
    return Section(frozenset(keys.split()) | set(left_out), left_out)


_SOURCE = "says where an entry comes from"
# Sections of entries that have an id, which is unique over the whole file.
SECTIONS: Mapping[str, Section] = {
    "organizations": _section(
        "id name kind url parent accreditations",
        roles="change nothing: what an organisation does here follows from the file",
    ),
    "frameworks": _section("id name url ships_data description"),
    "skills": _section("id name description category decay_months priority framework url alignments"),
    "ce_units": _section("id name contact_hours"),
    "renewal_policies": _section("id cycle_months end_of_month grace_days reminder_days method ce"),
    "credentials": _section(
        "id kind name abbreviation issuer achievement_type education_type description criteria criteria_url"
        " formal_relation skills hours ce academic_credits price assessment renewal validity tags language image"
        " image_alt translations evidence prerequisites inherits_skills formats results awarded_here"
        " group_participation group_evaluation",
        seed=_SOURCE,
    ),
    "result_descriptions": _section(
        "id credential name result_type required_value allowed_values value_min value_max"
    ),
    "programs": _section("id name provider award total_credits url", seed=_SOURCE),
    "pathways": _section(
        "id version status name stack_type mode owner description entry on_component_loss on_new_version"
        " grandfather_months open_to_learners nodes completion tags",
        seed=_SOURCE,
    ),
    "equivalences": _section(
        "id from to direction scope max_age_months approved_by valid_from valid_until comment", seed=_SOURCE
    ),
    "credit_transfers": _section(
        "id from program credits max_age_months realised agreement_valid_from agreement_valid_until", seed=_SOURCE
    ),
    "endorsements": _section("id endorser target issued valid_until comment", seed=_SOURCE),
    "roles": _section(
        "id name description occupation requires requires_credentials headcount_target", seed=_SOURCE
    ),
    "units": _section("id name headcount_target mandatory", seed=_SOURCE),
    "demo_learners": _section(
        "id display_name unit current_role target_role pathways enrolled awards", seed=_SOURCE
    ),
}  # fmt: skip
# Maps that stand once in a file.
MAPS: Mapping[str, Section] = {
    "catalog": _section(
        "language currency reference_date home",
        id="names the file", version="names the file", title="names the file", notice="is for who reads the file",
    ),
    "publishing": _section("language images", version="is counted here with every version that is published"),
}  # fmt: skip
SKIPPED: Mapping[str, str] = {
    "proficiency_scale": "levels go from 1 to 5 here, and their names are not stored",
    "scenarios": "what would happen is for tests and changes nothing here",
    "expectations": "what should come of it is for tests and changes nothing here",
}
