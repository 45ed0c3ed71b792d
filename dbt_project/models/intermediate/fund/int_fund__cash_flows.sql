with funds as (
    select * from {{ ref('int_fund__funds') }}
),

commitments as (
    select * from {{ ref('int_fund__commitments') }}
),

capital_calls as (
    select * from {{ ref('int_fund__capital_calls') }}
    where call_status in ('ISSUED', 'SETTLED')
),

capital_call_notices as (
    select * from {{ ref('int_fund__capital_call_notices') }}
    where notice_status not in ('CANCELLED', 'WAIVED')
),

reallocations as (
    select * from {{ ref('int_fund__reallocations') }}
),

distributions as (
    select * from {{ ref('int_fund__distributions') }}
    where distribution_status <> 'CANCELLED'
),

distribution_notices as (
    select * from {{ ref('int_fund__distribution_notices') }}
    where notice_status <> 'CANCELLED'
),

called as (
    select
        capital_call_notices.state_id,
        capital_calls.fund_id,
        commitments.investor_id,
        capital_call_notices.commitment_id,
        'CAPITAL_CALL' as cash_flow_type,
        capital_call_notices.notice_id as transaction_id,
        capital_calls.call_id as event_id,
        -- an investor owes on the due date, whenever the money arrives
        coalesce(capital_call_notices.due_date, capital_calls.due_date) as event_date,
        coalesce(capital_calls.currency, funds.base_currency) as currency,
        -- a reversal takes back what the notice that it names had called
        case
            when
                capital_call_notices.reverses_notice_id is not null or capital_calls.reverses_call_id is not null
                then -capital_call_notices.call_amount
            else capital_call_notices.call_amount
        end as capital_call_amount,
        case
            when
                capital_call_notices.reverses_notice_id is not null or capital_calls.reverses_call_id is not null
                then -coalesce(capital_call_notices.outside_commitment_portion, 0)
            else coalesce(capital_call_notices.outside_commitment_portion, 0)
        end as outside_commitment_amount,
        cast(0 as decimal(24, 4)) as distribution_amount,
        cast(0 as decimal(24, 4)) as tax_withheld,
        cast(0 as decimal(24, 4)) as recallable_amount,
        'capital_call_notices' as source_table,
        capital_call_notices.load_id,
        capital_call_notices.source_sheet,
        capital_call_notices.source_row,
        greatest(capital_call_notices.known_at, capital_calls.known_at, commitments.known_at) as known_at,
    from capital_call_notices
    inner join capital_calls
        on
            capital_call_notices.state_id = capital_calls.state_id
            and capital_call_notices.call_id = capital_calls.call_id
    inner join commitments
        on
            capital_call_notices.state_id = commitments.state_id
            and capital_call_notices.commitment_id = commitments.commitment_id
    inner join funds
        on
            capital_calls.state_id = funds.state_id
            and capital_calls.fund_id = funds.fund_id
),

-- what a closing or an agreement moves between partners is paid on its own day, whenever the call was due
reallocated as (
    select
        reallocations.state_id,
        capital_calls.fund_id,
        commitments.investor_id,
        reallocations.commitment_id,
        'CAPITAL_CALL' as cash_flow_type,
        concat(reallocations.reallocation_id, '-', reallocations.line_number) as transaction_id,
        capital_calls.call_id as event_id,
        reallocations.effective_date as event_date,
        coalesce(capital_calls.currency, funds.base_currency) as currency,
        reallocations.amount as capital_call_amount,
        cast(0 as decimal(24, 4)) as outside_commitment_amount,
        cast(0 as decimal(24, 4)) as distribution_amount,
        cast(0 as decimal(24, 4)) as tax_withheld,
        cast(0 as decimal(24, 4)) as recallable_amount,
        'reallocations' as source_table,
        reallocations.load_id,
        reallocations.source_sheet,
        reallocations.source_row,
        greatest(reallocations.known_at, capital_calls.known_at, commitments.known_at) as known_at,
    from reallocations
    inner join capital_call_notices
        on
            reallocations.state_id = capital_call_notices.state_id
            and reallocations.original_notice_id = capital_call_notices.notice_id
    inner join capital_calls
        on
            capital_call_notices.state_id = capital_calls.state_id
            and capital_call_notices.call_id = capital_calls.call_id
    inner join commitments
        on
            reallocations.state_id = commitments.state_id
            and reallocations.commitment_id = commitments.commitment_id
    inner join funds
        on
            capital_calls.state_id = funds.state_id
            and capital_calls.fund_id = funds.fund_id
),

distributed as (
    select
        distribution_notices.state_id,
        distributions.fund_id,
        commitments.investor_id,
        distribution_notices.commitment_id,
        'DISTRIBUTION' as cash_flow_type,
        distribution_notices.notice_id as transaction_id,
        distributions.distribution_id as event_id,
        distributions.distribution_date as event_date,
        coalesce(distributions.currency, funds.base_currency) as currency,
        cast(0 as decimal(24, 4)) as capital_call_amount,
        cast(0 as decimal(24, 4)) as outside_commitment_amount,
        case when distributions.reverses_distribution_id is not null then -1 else 1 end as sign,
        -- tax withheld was distributed to the investor, who owed it
        distribution_notices.net_distribution + coalesce(distribution_notices.tax_withholding, 0) as received,
        coalesce(distribution_notices.tax_withholding, 0) as tax_withholding,
        coalesce(distribution_notices.recallable_amount, 0) as recallable,
        'distribution_notices' as source_table,
        distribution_notices.load_id,
        distribution_notices.source_sheet,
        distribution_notices.source_row,
        greatest(distribution_notices.known_at, distributions.known_at, commitments.known_at) as known_at,
    from distribution_notices
    inner join distributions
        on
            distribution_notices.state_id = distributions.state_id
            and distribution_notices.distribution_id = distributions.distribution_id
    inner join commitments
        on
            distribution_notices.state_id = commitments.state_id
            and distribution_notices.commitment_id = commitments.commitment_id
    inner join funds
        on
            distributions.state_id = funds.state_id
            and distributions.fund_id = funds.fund_id
),

legs as (
    select
        state_id,
        fund_id,
        investor_id,
        commitment_id,
        cash_flow_type,
        transaction_id,
        event_id,
        event_date,
        currency,
        capital_call_amount,
        outside_commitment_amount,
        distribution_amount,
        tax_withheld,
        recallable_amount,
        source_table,
        load_id,
        source_sheet,
        source_row,
        known_at,
    from called
    union all
    select
        state_id,
        fund_id,
        investor_id,
        commitment_id,
        cash_flow_type,
        transaction_id,
        event_id,
        event_date,
        currency,
        capital_call_amount,
        outside_commitment_amount,
        distribution_amount,
        tax_withheld,
        recallable_amount,
        source_table,
        load_id,
        source_sheet,
        source_row,
        known_at,
    from reallocated
    union all
    select
        state_id,
        fund_id,
        investor_id,
        commitment_id,
        cash_flow_type,
        transaction_id,
        event_id,
        event_date,
        currency,
        capital_call_amount,
        outside_commitment_amount,
        sign * received as distribution_amount,
        sign * tax_withholding as tax_withheld,
        sign * recallable as recallable_amount,
        source_table,
        load_id,
        source_sheet,
        source_row,
        known_at,
    from distributed
),

final as (
    select
        legs.state_id,
        funds.organization_id,
        legs.fund_id,
        legs.investor_id,
        legs.commitment_id,
        legs.cash_flow_type,
        legs.transaction_id,
        legs.event_id,
        legs.event_date,
        legs.currency,
        funds.base_currency,
        cast(legs.capital_call_amount as decimal(24, 4)) as capital_call_amount,
        cast(legs.outside_commitment_amount as decimal(24, 4)) as outside_commitment_amount,
        cast(legs.distribution_amount as decimal(24, 4)) as distribution_amount,
        cast(legs.tax_withheld as decimal(24, 4)) as tax_withheld,
        cast(legs.recallable_amount as decimal(24, 4)) as recallable_amount,
        cast(legs.distribution_amount - legs.capital_call_amount as decimal(24, 4)) as net_cash_flow,
        legs.source_table,
        legs.load_id,
        legs.source_sheet,
        legs.source_row,
        legs.known_at,
    from legs
    inner join funds
        on
            legs.state_id = funds.state_id
            and legs.fund_id = funds.fund_id
)

select * from final
