"""A small catalogue in which every section stands once."""

from __future__ import annotations

from collections import Counter

from app.issuing import catalog

TEXT = """\
catalog:
  language: en
  currency: EUR
  reference_date: "2026-07-01"
organizations:
  - {id: org-north, name: North Academy, kind: issuer, url: "https://north.example"}
  - {id: org-river, name: River College, kind: partner, url: "https://river.example"}
  - {id: org-board, name: Quality Board, kind: accreditor, url: "https://board.example"}
  - {id: org-bodies, name: Outside bodies, kind: association, url: "https://bodies.example"}
frameworks:
  - {id: fw-north, name: North Skills, url: "https://north.example/skills", ships_data: true}
  - {id: fw-onet, name: Occupations, url: "https://onet.example", ships_data: false}
skills:
  - {id: sk-cpr, name: Basic life support, category: safety, decay_months: 24}
  - {id: sk-talk, name: Talking with families, category: people, decay_months: null}
ce_units:
  - {id: point, name: Point, contact_hours: 2}
renewal_policies:
  - {id: rp-24, cycle_months: 24, end_of_month: true, grace_days: 30, reminder_days: [], method: reassess, ce: null}
credentials:
  - id: mc-cpr
    kind: micro
    name: Life support
    abbreviation: CPR
    issuer: org-north
    description: Keeps somebody alive.
    criteria: Pass.
    skills: [{skill: sk-cpr, level: 3}]
    hours: 4.5
    ce: [{unit: point, amount: 4}]
    academic_credits: 1
    price: 70
    assessment: observed
    renewal: rp-24
  - id: mc-talk
    kind: micro
    name: Talking
    abbreviation: TLK
    issuer: org-north
    description: Talks.
    criteria: Talk.
    skills: [{skill: sk-talk, level: 2}]
    assessment: exam
    prerequisites: {credential: mc-cpr}
  - {id: st-care, kind: stack, name: Care, abbreviation: CARE, issuer: org-north, achievement_type: Certificate, description: Cares., criteria: Complete it., inherits_skills: true, assessment: rule}
  - {id: ext-aide, kind: external, name: Registered aide, abbreviation: AIDE, issuer: org-bodies, achievement_type: License, description: An aide., criteria: Verified., skills: [{skill: sk-cpr, level: 2}], evidence: required, renewal: rp-24}
  - {id: px-talk, kind: partner, name: River talking, abbreviation: RTLK, issuer: org-river, achievement_type: Badge, description: Talks., criteria: Talk., skills: [{skill: sk-talk, level: 2}], assessment: exam}
result_descriptions:
  - {id: rd-cpr, credential: mc-cpr, name: Check, result_type: Percent, required_value: "84"}
programs:
  - {id: prog-rn, name: Nursing, provider: org-river, award: Degree, total_credits: 72}
pathways:
  - id: pw-care
    version: 3
    status: published
    name: Care ladder
    stack_type: vertical
    mode: progressive
    owner: org-north
    description: Up.
    entry: {credential: ext-aide, validity: ever}
    on_component_loss: suspend
    on_new_version: grandfather
    grandfather_months: 12
    nodes:
      - {id: basics, name: Basics, level: 1, required: true, awards: null, condition: {credential: mc-cpr}}
      - {id: care, name: Care, level: 2, required: true, awards: st-care, condition: {all_of: [{node: basics}, {credential: mc-talk}]}}
    completion: care
equivalences:
  - {id: eq-talk, from: px-talk, to: mc-talk, direction: one_way, scope: [pw-care], max_age_months: 36, approved_by: org-north, valid_from: "2024-01-01", valid_until: null}
credit_transfers:
  - {id: ct-rn, from: {credential: st-care}, program: prog-rn, credits: 6, max_age_months: 60, realised: on_enrolment, agreement_valid_from: "2025-01-01", agreement_valid_until: "2028-12-31"}
endorsements:
  - {id: en-board, endorser: org-board, target: mc-cpr, issued: "2025-01-15", comment: Well assessed.}
roles:
  - {id: role-aide, name: Aide, occupation: {framework: fw-onet, code: "31-1131", name: Aides}, requires: [{skill: sk-cpr, level: 3}], requires_credentials: [st-care]}
units:
  - {id: unit-ward, name: Ward, headcount_target: 12, mandatory: [{credential: mc-cpr, target_percent: 95}]}
demo_learners:
  - id: ln-1
    display_name: Sample One
    unit: unit-ward
    current_role: null
    target_role: role-aide
    pathways: [pw-care]
    enrolled: [prog-rn]
    awards:
      - {credential: mc-cpr, issued: "2026-01-10", status: active}
      - {credential: px-talk, issued: "2026-02-10", status: active}
      - {credential: mc-talk, issued: "2025-02-10", status: revoked}
"""  # noqa: E501 - as the demo catalogue writes them


def line_of(text: str, part: str) -> int:
    """The line, from 1, on which a part of the text stands."""
    return text[: text.index(part)].count("\n") + 1


def changed(before: str, after: str, text: str = TEXT) -> str:
    """The text with one change, which must be one."""
    assert before in text
    return text.replace(before, after, 1)


def imported(desk, text: str = TEXT, *, people_too: bool = True) -> Counter[tuple[str, str]]:
    """What an import did, counted."""
    plan = catalog.read(text, people_too=people_too)
    assert plan.problems == ()
    with desk.write() as session:
        changes = catalog.import_plan(session, desk.office, plan, actor="cli")
    return Counter((change.kind, change.what) for change in changes)
