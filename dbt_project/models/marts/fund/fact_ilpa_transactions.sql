with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

cash_flows as (
    select * from {{ ref('int_fund__cash_flows') }}
),

capital_call_notices as (
    select * from {{ ref('int_fund__capital_call_notices') }}
),

distribution_notices as (
    select * from {{ ref('int_fund__distribution_notices') }}
),

{{ shown_rows('cash_flows', 'state_id') }},

parts as (
    select
        shown.state_id,
        shown.transaction_id,
        unnest([
            'CAPITAL_CALL_INVESTMENT',
            'CAPITAL_CALL_MANAGEMENT_FEE',
            'CAPITAL_CALL_EXPENSES',
            'CAPITAL_CALL_ORGANISATION',
            'CAPITAL_CALL_LINE_REPAYMENT',
            'CAPITAL_CALL_INTEREST',
            'CAPITAL_CALL_OUTSIDE',
        ]) as transaction_type,
        -- a reversal takes back what the notice that it names had called
        sign(shown.capital_call_amount) * unnest([
            -notices.investment_portion,
            -notices.management_fee_portion,
            -notices.expenses_portion,
            -notices.organisational_portion,
            -notices.line_repayment_portion,
            -notices.interest_portion,
            -notices.outside_commitment_portion,
        ]) as amount,
    from shown
    inner join capital_call_notices as notices
        on
            shown.state_id = notices.state_id
            and shown.transaction_id = notices.notice_id
    where shown.cash_flow_type = 'CAPITAL_CALL'
    union all
    select
        shown.state_id,
        shown.transaction_id,
        unnest(['DISTRIBUTION_RETURN_OF_CAPITAL', 'DISTRIBUTION_GAIN', 'DISTRIBUTION_INCOME']) as transaction_type,
        sign(shown.distribution_amount) * unnest([
            notices.return_of_capital_amount,
            notices.gain_amount,
            notices.income_amount,
        ]) as amount,
    from shown
    inner join distribution_notices as notices
        on
            shown.state_id = notices.state_id
            and shown.transaction_id = notices.notice_id
    where shown.cash_flow_type = 'DISTRIBUTION'
),

itemised as (
    select
        state_id,
        transaction_id,
        transaction_type,
        amount,
    from parts
    where amount <> 0
),

-- what the portions of a notice leave open, so that the items add up to it
rest as (
    select
        shown.state_id,
        shown.transaction_id,
        shown.cash_flow_type as transaction_type,
        any_value(shown.net_cash_flow) - coalesce(sum(itemised.amount), 0) as amount,
    from shown
    left join itemised
        on
            shown.state_id = itemised.state_id
            and shown.transaction_id = itemised.transaction_id
    group by shown.state_id, shown.transaction_id, shown.cash_flow_type
),

items as (
    select * from itemised
    union all
    select * from rest
    where amount <> 0
),

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.transaction_id', 'items.transaction_type']) }}
            as ilpa_transaction_key,
        shown.organization_id,
        shown.fund_id,
        shown.investor_id,
        shown.commitment_id,
        shown.transaction_id as notice_id,
        shown.event_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        items.transaction_type,
        shown.currency,
        cast(items.amount as decimal(38, 4)) as amount,
        shown.known_at,
        shown.state_id,
    from items
    inner join shown
        on
            items.state_id = shown.state_id
            and items.transaction_id = shown.transaction_id
)

select * from final
