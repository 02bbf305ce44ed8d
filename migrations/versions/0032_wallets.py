"""what wallets are offered and took

Revision 0032, after 0031, written 2026-11-29.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('wallet_nonces',
    sa.Column('nonce_sha256', sa.String(length=64), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('nonce_sha256', name=op.f('pk_wallet_nonces'))
    )
    with op.batch_alter_table('wallet_nonces', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_wallet_nonces_expires_at'), ['expires_at'], unique=False)

    op.create_table('wallet_offers',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('award_id', sa.String(length=22), nullable=False),
    sa.Column('code_sha256', sa.String(length=64), nullable=False),
    sa.Column('tx_code_sha256', sa.String(length=64), nullable=True),
    sa.Column('wrong_tries', sa.Integer(), nullable=False),
    sa.Column('token_sha256', sa.String(length=64), nullable=True),
    sa.Column('token_ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('redeemed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['award_id'], ['awards.id'], name=op.f('fk_wallet_offers_award_id_awards')),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_wallet_offers_issuer_id_issuers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wallet_offers')),
    sa.UniqueConstraint('code_sha256', name=op.f('uq_wallet_offers_code_sha256')),
    sa.UniqueConstraint('token_sha256', name=op.f('uq_wallet_offers_token_sha256'))
    )
    with op.batch_alter_table('wallet_offers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_wallet_offers_award_id'), ['award_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_wallet_offers_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_wallet_offers_issuer_id'), ['issuer_id'], unique=False)

    op.create_table('wallet_credentials',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('offer_id', sa.String(length=22), nullable=False),
    sa.Column('award_id', sa.String(length=22), nullable=False),
    sa.Column('format', sa.String(length=12), nullable=False),
    sa.Column('holder', sa.Text(), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.Column('kid', sa.String(length=80), nullable=False),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told', sa.String(length=20), nullable=True),
    sa.ForeignKeyConstraint(['award_id'], ['awards.id'], name=op.f('fk_wallet_credentials_award_id_awards')),
    sa.ForeignKeyConstraint(['offer_id'], ['wallet_offers.id'], name=op.f('fk_wallet_credentials_offer_id_wallet_offers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wallet_credentials')),
    sa.UniqueConstraint('offer_id', 'format', name=op.f('uq_wallet_credentials_offer_id_format'))
    )
    with op.batch_alter_table('wallet_credentials', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_wallet_credentials_award_id'), ['award_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('wallet_credentials', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_wallet_credentials_award_id'))

    op.drop_table('wallet_credentials')
    with op.batch_alter_table('wallet_offers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_wallet_offers_issuer_id'))
        batch_op.drop_index(batch_op.f('ix_wallet_offers_expires_at'))
        batch_op.drop_index(batch_op.f('ix_wallet_offers_award_id'))

    op.drop_table('wallet_offers')
    with op.batch_alter_table('wallet_nonces', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_wallet_nonces_expires_at'))

    op.drop_table('wallet_nonces')
