with entries as (
    select * from {{ ref('int_gl__entries') }}
),

entity_funds as (
    select * from {{ ref('int_gl__entity_funds') }}
),

final as (
    select
        {{ surrogate_key(
            ['entries.organization_id', 'entries.gl_system', 'entries.entity', 'entries.journal_id', 'entries.line_id']
        ) }} as gl_entry_key,
        entries.organization_id,
        entries.gl_system as system,
        entries.entity,
        entity_funds.fund_id,
        entity_funds.fund_reason,
        entries.journal_id,
        entries.line_id,
        entries.posting_date as event_date,
        {{ date_id('entries.posting_date') }} as date_id,
        entries.posting_date,
        entries.account_code,
        entries.account_name,
        entries.account_type,
        entries.debit,
        entries.credit,
        entries.currency,
        entries.memo,
        entries.transaction_type,
        entries.document_number,
        entries.known_at,
        entries.load_id,
        entries.source_row,
    from entries
    inner join entity_funds
        on
            entries.organization_id = entity_funds.organization_id
            and entries.gl_system = entity_funds.gl_system
            and entries.entity = entity_funds.entity
)

select * from final
