with commitments as (
    select * from {{ ref('int_fund__commitments') }}
    where status in ('ACTIVE', 'SUSPENDED', 'TRANSFERRED', 'TERMINATED')
),

funds as (
    select * from {{ ref('int_fund__funds') }}
),

modifications as (
    select * from {{ ref('int_fund__commitment_modifications') }}
),

cash_flows as (
    select * from {{ ref('int_fund__cash_flows') }}
    where source_table <> 'reallocations'
),

reallocations as (
    select * from {{ ref('int_fund__reallocations') }}
),

transfers as (
    select * from {{ ref('int_fund__transfers') }}
    where status = 'COMPLETED'
),

-- a transfer takes away what the transferee's commitment states, unless a modification says so already
transferred as (
    select
        transfers.state_id,
        transfers.commitment_id,
        transfers.effective_date as event_date,
        -transferees.commitment_amount as committed,
        greatest(transfers.known_at, transferees.known_at) as known_at,
        transfers.load_id,
        transfers.source_sheet,
        transfers.source_row,
    from transfers
    inner join commitments as transferees
        on
            transfers.state_id = transferees.state_id
            and transfers.new_commitment_id = transferees.commitment_id
    left join modifications
        on
            transfers.state_id = modifications.state_id
            and transfers.commitment_id = modifications.commitment_id
            and transfers.effective_date = modifications.effective_date
            and modifications.modification_type = 'TRANSFER'
    where modifications.modification_id is null
),

events as (
    select
        state_id,
        commitment_id,
        'COMMITMENT' as event_type,
        commitment_date as event_date,
        commitment_amount as committed,
        0 as called,
        0 as called_outside,
        0 as recallable,
        known_at,
        load_id,
        source_sheet,
        source_row,
    from commitments
    union all
    select
        state_id,
        commitment_id,
        'MODIFICATION' as event_type,
        effective_date as event_date,
        new_amount - old_amount as committed,
        0 as called,
        0 as called_outside,
        0 as recallable,
        known_at,
        load_id,
        source_sheet,
        source_row,
    from modifications
    union all
    select
        state_id,
        commitment_id,
        'TRANSFER' as event_type,
        event_date,
        committed,
        0 as called,
        0 as called_outside,
        0 as recallable,
        known_at,
        load_id,
        source_sheet,
        source_row,
    from transferred
    union all
    select
        state_id,
        commitment_id,
        'REALLOCATION' as event_type,
        effective_date as event_date,
        0 as committed,
        amount as called,
        0 as called_outside,
        0 as recallable,
        known_at,
        load_id,
        source_sheet,
        source_row,
    from reallocations
    union all
    select
        state_id,
        commitment_id,
        cash_flow_type as event_type,
        event_date,
        0 as committed,
        capital_call_amount as called,
        outside_commitment_amount as called_outside,
        recallable_amount as recallable,
        known_at,
        load_id,
        source_sheet,
        source_row,
    from cash_flows
),

final as (
    select
        events.state_id,
        commitments.organization_id,
        commitments.fund_id,
        commitments.investor_id,
        events.commitment_id,
        events.event_type,
        events.event_date,
        coalesce(commitments.currency, funds.base_currency) as currency,
        cast(events.committed as decimal(24, 4)) as committed,
        cast(events.called as decimal(24, 4)) as called,
        cast(events.called_outside as decimal(24, 4)) as called_outside,
        cast(events.recallable as decimal(24, 4)) as recallable,
        events.known_at,
        events.load_id,
        events.source_sheet,
        events.source_row,
    from events
    inner join commitments
        on
            events.state_id = commitments.state_id
            and events.commitment_id = commitments.commitment_id
    inner join funds
        on
            commitments.state_id = funds.state_id
            and commitments.fund_id = funds.fund_id
)

select * from final
