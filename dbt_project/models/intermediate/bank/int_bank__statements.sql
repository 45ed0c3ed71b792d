with entries as (
    select * from {{ ref('int_bank__entries') }}
),

state as (
    {{ fold_loads(
        ref('stg_bank__statements'),
        ['account_id', 'statement_id'],
        ['bank_format', 'statement_date', 'currency', 'opening_balance', 'closing_balance', 'entry_count', 'pending_count',
         'entries_total', 'reversals'],
    ) }}
),

in_force as (
    select
        organization_id,
        account_id,
        statement_id,
        count(*) as entries_in_force_count,
    from entries
    where entry_status = 'BOOKED'
    group by organization_id, account_id, statement_id
),

final as (
    select
        state.organization_id,
        state.account_id,
        state.statement_id,
        state.bank_format,
        state.statement_date,
        state.currency,
        state.opening_balance,
        state.closing_balance,
        state.entry_count,
        state.pending_count,
        state.entries_total,
        state.reversals,
        -- fewer than stated: entries are quarantined, or a later statement uses their ids for others
        coalesce(in_force.entries_in_force_count, 0) as entries_in_force_count,
        state.load_id,
        state.known_at,
        state.source_row,
    from state
    left join in_force
        on
            state.organization_id = in_force.organization_id
            and state.account_id = in_force.account_id
            and state.statement_id = in_force.statement_id
)

select * from final
