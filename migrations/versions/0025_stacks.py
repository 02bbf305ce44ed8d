"""stacks, what they are made of, and who is on a pathway

Revision 0025, after 0024, written 2026-11-29.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('definitions',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_definitions_issuer_id_issuers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_definitions')),
    sa.UniqueConstraint('issuer_id', 'kind', 'slug', name=op.f('uq_definitions_issuer_id_kind_slug'))
    )
    with op.batch_alter_table('definitions', schema=None) as batch_op:
        batch_op.create_index('ix_definitions_issuer_id_slug', ['issuer_id', 'slug'], unique=False)

    op.create_table('definitions_revisions',
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('mark', sa.String(length=22), nullable=False),
    sa.Column('settled_mark', sa.String(length=22), nullable=True),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_definitions_revisions_issuer_id_issuers')),
    sa.PrimaryKeyConstraint('issuer_id', name=op.f('pk_definitions_revisions'))
    )
    op.create_table('pathways',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('draft', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('current_version', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_pathways_issuer_id_issuers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pathways')),
    sa.UniqueConstraint('issuer_id', 'slug', name=op.f('uq_pathways_issuer_id_slug'))
    )
    op.create_table('stack_jobs',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('cause', sa.String(length=60), nullable=False),
    sa.Column('after', sa.String(length=22), nullable=True),
    sa.Column('judged', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('failed', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_stack_jobs_issuer_id_issuers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stack_jobs')),
    sa.UniqueConstraint('issuer_id', 'cause', name=op.f('uq_stack_jobs_issuer_id_cause'))
    )
    with op.batch_alter_table('stack_jobs', schema=None) as batch_op:
        batch_op.create_index('ix_stack_jobs_open', ['done_at', 'created_at', 'id'], unique=False)

    op.create_table('careers',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('learner_id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('unit_id', sa.String(length=22), nullable=True),
    sa.Column('role_id', sa.String(length=22), nullable=True),
    sa.Column('target_role_id', sa.String(length=22), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_careers_issuer_id_issuers')),
    sa.ForeignKeyConstraint(['learner_id'], ['learners.id'], name=op.f('fk_careers_learner_id_learners')),
    sa.ForeignKeyConstraint(['role_id'], ['definitions.id'], name=op.f('fk_careers_role_id_definitions')),
    sa.ForeignKeyConstraint(['target_role_id'], ['definitions.id'], name=op.f('fk_careers_target_role_id_definitions')),
    sa.ForeignKeyConstraint(['unit_id'], ['definitions.id'], name=op.f('fk_careers_unit_id_definitions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_careers')),
    sa.UniqueConstraint('learner_id', name=op.f('uq_careers_learner_id'))
    )
    with op.batch_alter_table('careers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_careers_issuer_id'), ['issuer_id'], unique=False)
        batch_op.create_index('ix_careers_unit_id', ['unit_id', 'learner_id'], unique=False)

    op.create_table('enrolments',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('learner_id', sa.String(length=22), nullable=False),
    sa.Column('pathway_id', sa.String(length=22), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('sponsor', sa.String(length=200), nullable=True),
    sa.Column('enrolled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('progress', sa.Integer(), nullable=False),
    sa.Column('complete_nodes', sa.JSON(), nullable=False),
    sa.Column('judged_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_enrolments_issuer_id_issuers')),
    sa.ForeignKeyConstraint(['learner_id'], ['learners.id'], name=op.f('fk_enrolments_learner_id_learners')),
    sa.ForeignKeyConstraint(['pathway_id'], ['pathways.id'], name=op.f('fk_enrolments_pathway_id_pathways')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enrolments')),
    sa.UniqueConstraint('learner_id', 'pathway_id', name=op.f('uq_enrolments_learner_id_pathway_id'))
    )
    with op.batch_alter_table('enrolments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_enrolments_issuer_id'), ['issuer_id'], unique=False)
        batch_op.create_index('ix_enrolments_pathway_id', ['pathway_id', 'learner_id'], unique=False)

    op.create_table('pathway_versions',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('pathway_id', sa.String(length=22), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['pathway_id'], ['pathways.id'], name=op.f('fk_pathway_versions_pathway_id_pathways')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pathway_versions')),
    sa.UniqueConstraint('pathway_id', 'number', name=op.f('uq_pathway_versions_pathway_id_number'))
    )
    op.create_table('programme_enrolments',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('learner_id', sa.String(length=22), nullable=False),
    sa.Column('definition_id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('enrolled_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['definition_id'], ['definitions.id'], name=op.f('fk_programme_enrolments_definition_id_definitions')),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_programme_enrolments_issuer_id_issuers')),
    sa.ForeignKeyConstraint(['learner_id'], ['learners.id'], name=op.f('fk_programme_enrolments_learner_id_learners')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme_enrolments')),
    sa.UniqueConstraint('learner_id', 'definition_id', name=op.f('uq_programme_enrolments_learner_id_definition_id'))
    )
    op.create_table('recognitions',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('learner_id', sa.String(length=22), nullable=False),
    sa.Column('definition_id', sa.String(length=22), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('evidence_url', sa.String(length=2000), nullable=True),
    sa.Column('evidence_text', sa.Text(), nullable=True),
    sa.Column('verified_by', sa.String(length=80), nullable=True),
    sa.Column('verified_how', sa.Text(), nullable=True),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['definition_id'], ['definitions.id'], name=op.f('fk_recognitions_definition_id_definitions')),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_recognitions_issuer_id_issuers')),
    sa.ForeignKeyConstraint(['learner_id'], ['learners.id'], name=op.f('fk_recognitions_learner_id_learners')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recognitions')),
    sa.UniqueConstraint('learner_id', 'definition_id', 'issued_on', name=op.f('uq_recognitions_learner_id_definition_id_issued_on'))
    )
    with op.batch_alter_table('recognitions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recognitions_issuer_id'), ['issuer_id'], unique=False)

    op.create_table('skill_ratings',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('learner_id', sa.String(length=22), nullable=False),
    sa.Column('skill', sa.String(length=80), nullable=False),
    sa.Column('rater', sa.String(length=12), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('rated_by', sa.String(length=80), nullable=False),
    sa.Column('rated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_skill_ratings_issuer_id_issuers')),
    sa.ForeignKeyConstraint(['learner_id'], ['learners.id'], name=op.f('fk_skill_ratings_learner_id_learners')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_skill_ratings')),
    sa.UniqueConstraint('learner_id', 'skill', 'rater', name=op.f('uq_skill_ratings_learner_id_skill_rater'))
    )
    op.create_table('stack_awards',
    sa.Column('award_id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('learner_id', sa.String(length=22), nullable=False),
    sa.Column('pathway_id', sa.String(length=22), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('node', sa.String(length=80), nullable=False),
    sa.Column('proofs', sa.JSON(), nullable=False),
    sa.Column('lost_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('was_suspended', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['award_id'], ['awards.id'], name=op.f('fk_stack_awards_award_id_awards')),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_stack_awards_issuer_id_issuers')),
    sa.ForeignKeyConstraint(['learner_id'], ['learners.id'], name=op.f('fk_stack_awards_learner_id_learners')),
    sa.ForeignKeyConstraint(['pathway_id'], ['pathways.id'], name=op.f('fk_stack_awards_pathway_id_pathways')),
    sa.PrimaryKeyConstraint('award_id', name=op.f('pk_stack_awards'))
    )
    with op.batch_alter_table('stack_awards', schema=None) as batch_op:
        batch_op.create_index('ix_stack_awards_learner_id', ['learner_id', 'pathway_id'], unique=False)

    op.create_table('stack_components',
    sa.Column('award_id', sa.String(length=22), nullable=False),
    sa.Column('holding_id', sa.String(length=22), nullable=False),
    sa.Column('is_award', sa.Boolean(), nullable=False),
    sa.Column('bound_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('unbound_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['award_id'], ['stack_awards.award_id'], name=op.f('fk_stack_components_award_id_stack_awards')),
    sa.PrimaryKeyConstraint('award_id', 'holding_id', name=op.f('pk_stack_components'))
    )
    with op.batch_alter_table('stack_components', schema=None) as batch_op:
        batch_op.create_index('ix_stack_components_holding_id', ['holding_id', 'unbound_at'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('stack_components', schema=None) as batch_op:
        batch_op.drop_index('ix_stack_components_holding_id')

    op.drop_table('stack_components')
    with op.batch_alter_table('stack_awards', schema=None) as batch_op:
        batch_op.drop_index('ix_stack_awards_learner_id')

    op.drop_table('stack_awards')
    op.drop_table('skill_ratings')
    with op.batch_alter_table('recognitions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recognitions_issuer_id'))

    op.drop_table('recognitions')
    op.drop_table('programme_enrolments')
    op.drop_table('pathway_versions')
    with op.batch_alter_table('enrolments', schema=None) as batch_op:
        batch_op.drop_index('ix_enrolments_pathway_id')
        batch_op.drop_index(batch_op.f('ix_enrolments_issuer_id'))

    op.drop_table('enrolments')
    with op.batch_alter_table('careers', schema=None) as batch_op:
        batch_op.drop_index('ix_careers_unit_id')
        batch_op.drop_index(batch_op.f('ix_careers_issuer_id'))

    op.drop_table('careers')
    with op.batch_alter_table('stack_jobs', schema=None) as batch_op:
        batch_op.drop_index('ix_stack_jobs_open')

    op.drop_table('stack_jobs')
    op.drop_table('pathways')
    op.drop_table('definitions_revisions')
    with op.batch_alter_table('definitions', schema=None) as batch_op:
        batch_op.drop_index('ix_definitions_issuer_id_slug')

    op.drop_table('definitions')
