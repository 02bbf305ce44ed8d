"""plans that are kept, and cohorts

Revision 0027, after 0026, written 2026-11-29.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('plan_cohorts',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('intent', sa.String(length=8), nullable=False),
    sa.Column('aims', sa.String(length=8), nullable=False),
    sa.Column('target', sa.String(length=80), nullable=False),
    sa.Column('sponsor', sa.String(length=200), nullable=True),
    sa.Column('funding', sa.Text(), nullable=True),
    sa.Column('target_date', sa.Date(), nullable=True),
    sa.Column('wishes', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_plan_cohorts_issuer_id_issuers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_cohorts'))
    )
    with op.batch_alter_table('plan_cohorts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_cohorts_issuer_id'), ['issuer_id'], unique=False)

    op.create_table('kept_plans',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('learner_id', sa.String(length=22), nullable=False),
    sa.Column('cohort_id', sa.String(length=22), nullable=True),
    sa.Column('aims', sa.String(length=8), nullable=False),
    sa.Column('target', sa.String(length=80), nullable=False),
    sa.Column('level', sa.Integer(), nullable=True),
    sa.Column('template', sa.String(length=12), nullable=False),
    sa.Column('intent', sa.String(length=8), nullable=False),
    sa.Column('wishes', sa.JSON(), nullable=False),
    sa.Column('planned', sa.JSON(), nullable=False),
    sa.Column('planned_on', sa.Date(), nullable=False),
    sa.Column('horizon', sa.Date(), nullable=True),
    sa.Column('sponsor', sa.String(length=200), nullable=True),
    sa.Column('funding', sa.Text(), nullable=True),
    sa.Column('made_by', sa.String(length=8), nullable=False),
    sa.Column('state', sa.String(length=6), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['cohort_id'], ['plan_cohorts.id'], name=op.f('fk_kept_plans_cohort_id_plan_cohorts')),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_kept_plans_issuer_id_issuers')),
    sa.ForeignKeyConstraint(['learner_id'], ['learners.id'], name=op.f('fk_kept_plans_learner_id_learners')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_plans')),
    sa.UniqueConstraint('cohort_id', 'learner_id', name=op.f('uq_kept_plans_cohort_id_learner_id'))
    )
    with op.batch_alter_table('kept_plans', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_kept_plans_issuer_id'), ['issuer_id'], unique=False)
        batch_op.create_index('ix_kept_plans_learner_id', ['learner_id', 'state'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('kept_plans', schema=None) as batch_op:
        batch_op.drop_index('ix_kept_plans_learner_id')
        batch_op.drop_index(batch_op.f('ix_kept_plans_issuer_id'))

    op.drop_table('kept_plans')
    with op.batch_alter_table('plan_cohorts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plan_cohorts_issuer_id'))

    op.drop_table('plan_cohorts')
