"""awards of before: what an issuer's people were awarded elsewhere

Revision 0040, after 0039, written 2026-11-29.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('past_achievements',
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('origin_id', sa.String(length=255), nullable=False),
    sa.Column('achievement_id', sa.String(length=22), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['achievement_id'], ['achievements.id'], name=op.f('fk_past_achievements_achievement_id_achievements')),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_past_achievements_issuer_id_issuers')),
    sa.PrimaryKeyConstraint('issuer_id', 'origin_id', name=op.f('pk_past_achievements'))
    )
    with op.batch_alter_table('past_achievements', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_past_achievements_achievement_id'), ['achievement_id'], unique=False)

    op.create_table('past_awards',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('achievement_id', sa.String(length=22), nullable=False),
    sa.Column('learner_id', sa.String(length=22), nullable=False),
    sa.Column('import_id', sa.String(length=22), nullable=False),
    sa.Column('row_key', sa.String(length=64), nullable=False),
    sa.Column('issued_by', sa.String(length=200), nullable=False),
    sa.Column('issued_by_us', sa.Boolean(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('valid_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_withdrawn', sa.Boolean(), nullable=False),
    sa.Column('url', sa.String(length=2000), nullable=True),
    sa.Column('award_id', sa.String(length=22), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['achievement_id'], ['achievements.id'], name=op.f('fk_past_awards_achievement_id_achievements')),
    sa.ForeignKeyConstraint(['award_id'], ['awards.id'], name=op.f('fk_past_awards_award_id_awards')),
    sa.ForeignKeyConstraint(['import_id'], ['imports.id'], name=op.f('fk_past_awards_import_id_imports')),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_past_awards_issuer_id_issuers')),
    sa.ForeignKeyConstraint(['learner_id'], ['learners.id'], name=op.f('fk_past_awards_learner_id_learners')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_past_awards')),
    sa.UniqueConstraint('issuer_id', 'row_key', name=op.f('uq_past_awards_issuer_id_row_key'))
    )
    with op.batch_alter_table('past_awards', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_past_awards_achievement_id'), ['achievement_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_past_awards_award_id'), ['award_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_past_awards_import_id'), ['import_id'], unique=False)
        batch_op.create_index('ix_past_awards_issuer_id', ['issuer_id', 'issued_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_past_awards_learner_id'), ['learner_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('past_awards', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_past_awards_learner_id'))
        batch_op.drop_index('ix_past_awards_issuer_id')
        batch_op.drop_index(batch_op.f('ix_past_awards_import_id'))
        batch_op.drop_index(batch_op.f('ix_past_awards_award_id'))
        batch_op.drop_index(batch_op.f('ix_past_awards_achievement_id'))

    op.drop_table('past_awards')
    with op.batch_alter_table('past_achievements', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_past_achievements_achievement_id'))

    op.drop_table('past_achievements')
