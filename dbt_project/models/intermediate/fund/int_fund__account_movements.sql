with funds as (
    select * from {{ ref('int_fund__funds') }}
),

transfers as (
    select * from {{ ref('int_fund__transfers') }}
    where status = 'COMPLETED' and new_commitment_id is not null
),

modifications as (
    select * from {{ ref('int_fund__commitment_modifications') }}
    where modification_type = 'TRANSFER'
),

cash_flows as (
    select * from {{ ref('int_fund__cash_flows') }}
    where source_table <> 'reallocations'
),

distributions as (
    select * from {{ ref('int_fund__distributions') }}
),

distribution_notices as (
    select * from {{ ref('int_fund__distribution_notices') }}
    where notice_status <> 'CANCELLED'
),

capital_call_notices as (
    select * from {{ ref('int_fund__capital_call_notices') }}
),

reallocations as (
    select * from {{ ref('int_fund__reallocations') }}
),

commitments as (
    select * from {{ ref('int_fund__commitments') }}
),

commitment_events as (
    select * from {{ ref('int_fund__commitment_events') }}
),

-- what of a recallable amount was not called again in time uses up the commitment after all
recallable as (
    select
        distribution_notices.state_id,
        distribution_notices.commitment_id,
        distribution_notices.notice_id,
        distributions.distribution_date,
        distribution_notices.recallable_until,
        distribution_notices.recallable_amount,
        distribution_notices.known_at,
    from distribution_notices
    inner join distributions
        on
            distribution_notices.state_id = distributions.state_id
            and distribution_notices.distribution_id = distributions.distribution_id
            and distributions.distribution_status <> 'CANCELLED'
    where distribution_notices.recallable_amount > 0 and distribution_notices.recallable_until is not null
),

expired as (
    select
        recallable.state_id,
        recallable.commitment_id,
        recallable.recallable_until as event_date,
        greatest(
            any_value(recallable.recallable_amount)
            - coalesce(sum(cash_flows.capital_call_amount - cash_flows.outside_commitment_amount), 0),
            0
        ) as amount,
        max(recallable.known_at) as known_at,
    from recallable
    left join cash_flows
        on
            recallable.state_id = cash_flows.state_id
            and recallable.commitment_id = cash_flows.commitment_id
            and recallable.distribution_date < cash_flows.event_date
            and recallable.recallable_until > cash_flows.event_date
    group by recallable.state_id, recallable.commitment_id, recallable.notice_id, recallable.recallable_until
),

carry as (
    select
        distribution_notices.state_id,
        distribution_notices.commitment_id,
        distributions.fund_id,
        distributions.distribution_date as event_date,
        distribution_notices.carried_interest as amount,
        distribution_notices.known_at,
    from distribution_notices
    inner join distributions
        on
            distribution_notices.state_id = distributions.state_id
            and distribution_notices.distribution_id = distributions.distribution_id
            and distributions.distribution_status <> 'CANCELLED'
    where distribution_notices.carried_interest <> 0
),

general_partners as (
    select
        commitments.state_id,
        commitments.fund_id,
        min(commitments.commitment_id) as commitment_id,
    from commitments
    inner join funds
        on
            commitments.state_id = funds.state_id
            and commitments.fund_id = funds.fund_id
            and commitments.investor_id = funds.gp_investor_id
    group by commitments.state_id, commitments.fund_id
),

movements as (
    select
        state_id,
        commitment_id,
        event_date,
        'CONTRIBUTION' as movement_type,
        capital_call_amount - outside_commitment_amount as amount,
        known_at,
    from cash_flows
    where capital_call_amount <> 0
    union all
    select
        reallocations.state_id,
        reallocations.commitment_id,
        reallocations.effective_date as event_date,
        'CONTRIBUTION' as movement_type,
        reallocations.amount,
        reallocations.known_at,
    from reallocations
    inner join capital_call_notices
        on
            reallocations.state_id = capital_call_notices.state_id
            and reallocations.original_notice_id = capital_call_notices.notice_id
    union all
    select
        cash_flows.state_id,
        cash_flows.commitment_id,
        cash_flows.event_date,
        case when distributions.is_in_kind then 'DISTRIBUTION_IN_KIND' else 'DISTRIBUTION' end as movement_type,
        cash_flows.distribution_amount as amount,
        cash_flows.known_at,
    from cash_flows
    inner join distributions
        on
            cash_flows.state_id = distributions.state_id
            and cash_flows.event_id = distributions.distribution_id
    where cash_flows.cash_flow_type = 'DISTRIBUTION'
    union all
    select
        state_id,
        commitment_id,
        event_date,
        'CARRY_PAID' as movement_type,
        amount,
        known_at,
    from carry
    union all
    -- what notices of others withhold as carry is the general partner's
    select
        carry.state_id,
        general_partners.commitment_id,
        carry.event_date,
        'DISTRIBUTION' as movement_type,
        carry.amount,
        carry.known_at,
    from carry
    inner join general_partners
        on
            carry.state_id = general_partners.state_id
            and carry.fund_id = general_partners.fund_id
    union all
    select
        state_id,
        commitment_id,
        event_date,
        'RECALLABLE' as movement_type,
        recallable_amount as amount,
        known_at,
    from cash_flows
    where recallable_amount <> 0
    union all
    select
        state_id,
        commitment_id,
        event_date,
        'EXPIRED' as movement_type,
        amount,
        known_at,
    from expired
    where amount > 0
    union all
    select
        state_id,
        commitment_id,
        event_date,
        'COMMITTED' as movement_type,
        committed as amount,
        known_at,
    from commitment_events
    -- a transfer stands below, with all that it takes along
    where committed <> 0 and event_type <> 'TRANSFER'
),

-- a transfer takes along what has been called of the commitment; one without a modification also ends it
transferred as (
    select
        transfers.state_id,
        transfers.commitment_id,
        transfers.new_commitment_id,
        transfers.effective_date as event_date,
        round(sum(case movements.movement_type
            when 'CONTRIBUTION' then movements.amount
            when 'EXPIRED' then movements.amount
            when 'RECALLABLE' then -movements.amount
            else 0
        end) * any_value(coalesce(transfers.fraction, 1)), 2) as used,
        case
            when any_value(modifications.commitment_id) is null
                then sum(movements.amount) filter (where movements.movement_type = 'COMMITTED')
            else 0
        end as ended,
        max(transfers.known_at) as known_at,
    from transfers
    inner join movements
        on
            transfers.state_id = movements.state_id
            and transfers.commitment_id = movements.commitment_id
            and transfers.effective_date >= movements.event_date
    left join modifications
        on
            transfers.state_id = modifications.state_id
            and transfers.commitment_id = modifications.commitment_id
            and transfers.effective_date = modifications.effective_date
    group by
        transfers.state_id,
        transfers.commitment_id,
        transfers.new_commitment_id,
        transfers.transfer_id,
        transfers.effective_date
),

-- what is called of a commitment, or expires, after it was transferred whole uses up the transferee's
followed as (
    select
        movements.state_id,
        movements.commitment_id,
        transferred.new_commitment_id,
        movements.event_date,
        case movements.movement_type when 'RECALLABLE' then -movements.amount else movements.amount end as used,
        movements.known_at,
    from movements
    inner join transferred
        on
            movements.state_id = transferred.state_id
            and movements.commitment_id = transferred.commitment_id
            and transferred.ended <> 0
            and movements.event_date > transferred.event_date
    where movements.movement_type in ('CONTRIBUTION', 'EXPIRED', 'RECALLABLE')
),

all_movements as (
    select * from movements
    union all
    select
        state_id,
        commitment_id,
        event_date,
        'TRANSFER' as movement_type,
        used - ended as amount,
        known_at,
    from transferred
    union all
    select
        state_id,
        new_commitment_id as commitment_id,
        event_date,
        'TRANSFER' as movement_type,
        -used as amount,
        known_at,
    from transferred
    union all
    select
        state_id,
        unnest([commitment_id, new_commitment_id]) as commitment_id,
        event_date,
        'TRANSFER' as movement_type,
        unnest([used, -used]) as amount,
        known_at,
    from followed
),

final as (
    select
        all_movements.state_id,
        commitments.organization_id,
        commitments.fund_id,
        commitments.investor_id,
        all_movements.commitment_id,
        all_movements.event_date,
        all_movements.movement_type,
        cast(all_movements.amount as decimal(24, 4)) as amount,
        greatest(all_movements.known_at, commitments.known_at) as known_at,
    from all_movements
    inner join commitments
        on
            all_movements.state_id = commitments.state_id
            and all_movements.commitment_id = commitments.commitment_id
)

select * from final
