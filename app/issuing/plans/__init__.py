"""Plans that are kept: what a learner means to do and by when, how far it has come, and cohorts."""

from app.issuing.plans import aims, cohorts, progress, writing
from app.issuing.plans.aims import Aim
from app.issuing.plans.forgetting import forget
from app.issuing.plans.keeping import (
    Stated,
    aim_of,
    aimed_role,
    by_id,
    end,
    end_own,
    make,
    make_two_by_two,
    of_learner,
    plan_of,
    progress_of,
    refresh,
    wishes_of,
)
from app.issuing.plans.progress import Pace, Progress, StepState
from app.issuing.plans.sponsoring import sponsored
from app.issuing.plans.tables import Aims, Cohort, Intent, KeptPlan, MadeBy, PlanState

__all__ = [
    "Aim",
    "Aims",
    "Cohort",
    "Intent",
    "KeptPlan",
    "MadeBy",
    "Pace",
    "PlanState",
    "Progress",
    "Stated",
    "StepState",
    "aim_of",
    "aimed_role",
    "aims",
    "by_id",
    "cohorts",
    "end",
    "end_own",
    "forget",
    "make",
    "make_two_by_two",
    "of_learner",
    "plan_of",
    "progress",
    "progress_of",
    "refresh",
    "sponsored",
    "wishes_of",
    "writing",
]
