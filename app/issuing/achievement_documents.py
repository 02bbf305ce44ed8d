"""What badges say of an achievement: the facts of one published version, as the workshop takes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.credentials import model, ob3, strict_json
from app.issuing import tongues
from app.issuing.achievement_facts import AchievementFacts, AssessmentMethod, ResultFacts, SkillFacts

_EVALUATED = "Looked at by the issuer against the criteria of the achievement."
_ASSESSMENTS = {
    AssessmentMethod.EXAM: model.Assessment(
        model.AssessmentType.EXAM, "An examination.", "Answers to the questions of the examination", _EVALUATED
    ),
    AssessmentMethod.OBSERVED: model.Assessment(
        model.AssessmentType.PERFORMANCE,
        "A performance, observed by an assessor.",
        "What the learner did while an assessor watched",
        _EVALUATED,
    ),
    AssessmentMethod.PORTFOLIO: model.Assessment(
        model.AssessmentType.ARTIFACT, "A portfolio of work.", "Pieces of work that the learner made", _EVALUATED
    ),
}
# How the address of that result description ends; no result of an issuer's can, as those have no capitals.
ASSESSMENT = "#Assessment"


def document_facts(
    facts: AchievementFacts,
    *,
    url: str,
    number: int,
    image_url: str,
    creator: model.Issuer,
    related: tuple[model.Related, ...] = (),
    says_assessment: bool = True,
    alignments: tuple[model.Alignment, ...] | None = None,
) -> model.Achievement:
    """The facts of one published version, as the workshop takes them.

    `says_assessment` False is for versions of before badges said how learning was assessed: they never change.
    `alignments` None = the skills, and nothing of other frameworks.
    """
    return model.Achievement(
        id=url,
        name=facts.name,
        human_code=facts.abbreviation,
        description=facts.description,
        achievement_type=facts.achievement_type,
        criteria_narrative=facts.criteria_narrative,
        criteria_url=facts.criteria_url,
        image_url=image_url,
        image_caption=facts.image_alt or f"Badge: {facts.name} ({facts.abbreviation})",
        creator_id=creator.id,
        creator_name=creator.name,
        alignments=skills_aligned(facts) if alignments is None else alignments,
        result_descriptions=(
            *(_result_description(url, result) for result in facts.result_descriptions),
            *(_assessed(url, facts) if says_assessment else ()),
        ),
        tags=facts.tags,
        language=facts.language,
        version=str(number),
        credits_available=facts.academic_credits or None,
        related=related,
    )


def frozen_related(document: bytes) -> tuple[model.Related, ...]:
    """The links of a published version as they were published: a version never changes (B65)."""
    return tuple(
        model.Related(
            id=each["id"],
            types=tuple(each["type"][1:]),
            version=each.get("version"),
            language=each.get("inLanguage"),
        )
        for each in strict_json.loads(document).get("related", [])
    )


def in_other_languages(facts: AchievementFacts, *, url: str, number: int) -> tuple[model.Related, ...]:
    """Where the texts of one version are in each of its other languages, by their tags (OB 3.0, Related)."""
    return tuple(
        model.Related(id=f"{url}/{tag}", version=str(number), language=tag) for tag in sorted(facts.translations)
    )


def translated(signed: dict[str, Any], facts: AchievementFacts, tag: str) -> dict[str, Any]:
    """The Achievement of one version in one of its other languages, of the one that is signed.

    Its id is its own address, and `related` leads back to what is signed, and to the other languages. Whatever was
    not translated stays as it was signed.
    """
    told = tongues.told(facts, (tag,))
    address = f"{signed['id']}/{tag}"
    original = model.Related(id=signed["id"], version=signed["version"], language=facts.language)
    others = [each for each in signed["related"] if each["id"] != address]
    criteria = {"narrative": told.criteria} if told.criteria else {}
    return (
        signed
        | {"id": address, "name": told.name, "description": told.description, "inLanguage": tag}
        | {"criteria": signed["criteria"] | criteria, "related": [ob3.related_document(original), *others]}
    )


def says_assessment(document: bytes) -> bool:
    """Whether a version says how it was assessed; those published before badges could do not, and never will."""
    described = strict_json.loads(document).get("resultDescription", [])
    return any(each["id"].endswith(ASSESSMENT) for each in described)


def _assessed(url: str, facts: AchievementFacts) -> tuple[model.ResultDescription, ...]:
    """How it was assessed, where the Assessment extension has a word for it."""
    known = None if facts.assessment_method is None else _ASSESSMENTS.get(facts.assessment_method)
    if known is None:
        return ()
    assessed = replace(
        known, has_group_participation=facts.group_participation, has_group_evaluation=facts.group_evaluation
    )
    return (model.ResultDescription(f"{url}{ASSESSMENT}", "How it was assessed", "Status", assessment=assessed),)


def skills_aligned(facts: AchievementFacts) -> tuple[model.Alignment, ...]:
    """The skills themselves, as badges name them."""
    return tuple(_alignment(skill) for skill in facts.skills)


def _alignment(skill: SkillFacts) -> model.Alignment:
    return model.Alignment(
        target_name=skill.name,
        target_url=skill.url,
        target_type=skill.target_type or "ceasn:Competency",
        target_code=skill.code,
        target_framework=skill.framework,
        target_description=f"Level {skill.level} of 5",
    )


def _result_description(url: str, result: ResultFacts) -> model.ResultDescription:
    return model.ResultDescription(
        id=f"{url}#{result.id}",
        name=result.name,
        result_type=result.result_type,
        allowed_values=result.allowed_values,
        required_value=result.required_value,
        value_min=result.value_min,
        value_max=result.value_max,
    )
