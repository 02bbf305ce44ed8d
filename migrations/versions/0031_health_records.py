"""who agreed that health-record systems read of them, and which systems those are

Revision 0031, after 0030, written 2026-11-29.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('record_clients',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('types', sa.String(length=200), nullable=False),
    sa.Column('view', sa.String(length=10), nullable=False),
    sa.Column('jwks', sa.JSON(), nullable=True),
    sa.Column('jwks_url', sa.String(length=500), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_record_clients_issuer_id_issuers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_record_clients'))
    )
    with op.batch_alter_table('record_clients', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_record_clients_issuer_id'), ['issuer_id'], unique=False)

    op.create_table('record_assertions',
    sa.Column('client_id', sa.String(length=22), nullable=False),
    sa.Column('jti_sha256', sa.String(length=64), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['record_clients.id'], name=op.f('fk_record_assertions_client_id_record_clients')),
    sa.PrimaryKeyConstraint('client_id', 'jti_sha256', name=op.f('pk_record_assertions'))
    )
    with op.batch_alter_table('record_assertions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_record_assertions_expires_at'), ['expires_at'], unique=False)

    op.create_table('record_tokens',
    sa.Column('token_sha256', sa.String(length=64), nullable=False),
    sa.Column('client_id', sa.String(length=22), nullable=False),
    sa.Column('scopes', sa.String(length=300), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['record_clients.id'], name=op.f('fk_record_tokens_client_id_record_clients')),
    sa.PrimaryKeyConstraint('token_sha256', name=op.f('pk_record_tokens'))
    )
    with op.batch_alter_table('record_tokens', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_record_tokens_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_record_tokens_expires_at'), ['expires_at'], unique=False)

    op.create_table('shared_names',
    sa.Column('learner_id', sa.String(length=22), nullable=False),
    sa.Column('kind', sa.String(length=6), nullable=False),
    sa.Column('key', sa.String(length=200).with_variant(sa.String(length=200, collation='C'), 'postgresql'), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_shared_names_issuer_id_issuers')),
    sa.ForeignKeyConstraint(['learner_id'], ['learners.id'], name=op.f('fk_shared_names_learner_id_learners')),
    sa.PrimaryKeyConstraint('learner_id', 'kind', 'key', name=op.f('pk_shared_names'))
    )
    with op.batch_alter_table('shared_names', schema=None) as batch_op:
        batch_op.create_index('ix_shared_names_key', ['issuer_id', 'kind', 'key', 'learner_id'], unique=False)

    op.create_table('shared_records',
    sa.Column('learner_id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('shared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_shared_records_issuer_id_issuers')),
    sa.ForeignKeyConstraint(['learner_id'], ['learners.id'], name=op.f('fk_shared_records_learner_id_learners')),
    sa.PrimaryKeyConstraint('learner_id', name=op.f('pk_shared_records'))
    )
    with op.batch_alter_table('shared_records', schema=None) as batch_op:
        batch_op.create_index('ix_shared_records_changed_at', ['issuer_id', 'changed_at'], unique=False)
        batch_op.create_index('ix_shared_records_issuer_id', ['issuer_id', 'learner_id'], unique=False)

    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.create_index('ix_audit_entries_issuer_id_at', ['issuer_id', 'at'], unique=False)

    with op.batch_alter_table('learner_identities', schema=None) as batch_op:
        batch_op.create_index('ix_learner_identities_source_id', ['issuer_id', 'source_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('learner_identities', schema=None) as batch_op:
        batch_op.drop_index('ix_learner_identities_source_id')

    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_entries_issuer_id_at')

    with op.batch_alter_table('shared_records', schema=None) as batch_op:
        batch_op.drop_index('ix_shared_records_issuer_id')
        batch_op.drop_index('ix_shared_records_changed_at')

    op.drop_table('shared_records')
    with op.batch_alter_table('shared_names', schema=None) as batch_op:
        batch_op.drop_index('ix_shared_names_key')

    op.drop_table('shared_names')
    with op.batch_alter_table('record_tokens', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_record_tokens_expires_at'))
        batch_op.drop_index(batch_op.f('ix_record_tokens_client_id'))

    op.drop_table('record_tokens')
    with op.batch_alter_table('record_assertions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_record_assertions_expires_at'))

    op.drop_table('record_assertions')
    with op.batch_alter_table('record_clients', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_record_clients_issuer_id'))

    op.drop_table('record_clients')
