"""requests for endorsements, endorsements from elsewhere, accreditations

Revision 0028, after 0027, written 2026-11-29.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('accreditations',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('accreditor', sa.String(length=200), nullable=False),
    sa.Column('url', sa.String(length=500), nullable=False),
    sa.Column('contact_instructions', sa.Text(), nullable=False),
    sa.Column('scope', sa.Text(), nullable=True),
    sa.Column('area_served', sa.String(length=500), nullable=True),
    sa.Column('sector', sa.String(length=200), nullable=True),
    sa.Column('accredited_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_accreditations_issuer_id_issuers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accreditations'))
    )
    with op.batch_alter_table('accreditations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_accreditations_issuer_id'), ['issuer_id'], unique=False)

    op.create_table('received_endorsements',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('about', sa.String(length=500), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('form', sa.String(length=4), nullable=False),
    sa.Column('credential_id', sa.String(length=500), nullable=False),
    sa.Column('endorser_id', sa.String(length=500), nullable=False),
    sa.Column('endorser_name', sa.String(length=200), nullable=True),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('valid_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verdict', sa.String(length=20), nullable=False),
    sa.Column('sentence', sa.String(length=500), nullable=False),
    sa.Column('judged_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_carried', sa.Boolean(), nullable=False),
    sa.Column('why_not', sa.String(length=500), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_received_endorsements_issuer_id_issuers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_received_endorsements')),
    sa.UniqueConstraint('issuer_id', 'sha256', name=op.f('uq_received_endorsements_issuer_id_sha256'))
    )
    with op.batch_alter_table('received_endorsements', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_received_endorsements_about'), ['about'], unique=False)

    op.create_table('endorsement_requests',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('about', sa.String(length=500), nullable=False),
    sa.Column('label', sa.String(length=220), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=True),
    sa.Column('recipient', sa.String(length=320), nullable=False),
    sa.Column('endorser_id', sa.String(length=22), nullable=True),
    sa.Column('recipient_name', sa.String(length=200), nullable=False),
    sa.Column('recipient_email', sa.String(length=320), nullable=True),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('slot', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('token_sha256', sa.String(length=64), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('endorsement_id', sa.String(length=22), nullable=True),
    sa.Column('received_id', sa.String(length=22), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['endorsement_id'], ['endorsements.id'], name=op.f('fk_endorsement_requests_endorsement_id_endorsements')),
    sa.ForeignKeyConstraint(['endorser_id'], ['issuers.id'], name=op.f('fk_endorsement_requests_endorser_id_issuers')),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_endorsement_requests_issuer_id_issuers')),
    sa.ForeignKeyConstraint(['received_id'], ['received_endorsements.id'], name=op.f('fk_endorsement_requests_received_id_received_endorsements')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_endorsement_requests')),
    sa.UniqueConstraint('issuer_id', 'about', 'recipient', 'slot', name=op.f('uq_endorsement_requests_issuer_id_about_recipient_slot')),
    sa.UniqueConstraint('token_sha256', name=op.f('uq_endorsement_requests_token_sha256'))
    )
    with op.batch_alter_table('endorsement_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_endorsement_requests_endorser_id'), ['endorser_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('endorsement_requests', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_endorsement_requests_endorser_id'))

    op.drop_table('endorsement_requests')
    with op.batch_alter_table('received_endorsements', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_received_endorsements_about'))

    op.drop_table('received_endorsements')
    with op.batch_alter_table('accreditations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_accreditations_issuer_id'))

    op.drop_table('accreditations')
