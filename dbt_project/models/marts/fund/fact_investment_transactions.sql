with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investment as (
    select * from {{ ref('dim_investment') }}
),

investment_transactions as (
    select * from {{ ref('int_fund__investment_transactions') }}
),

investments as (
    select * from {{ ref('int_fund__investments') }}
),

funds as (
    select * from {{ ref('int_fund__funds') }}
),

of_funds as (
    select
        investment_transactions.*,
        investments.fund_id,
        coalesce(investment_transactions.currency, investments.currency, funds.base_currency) as shown_currency,
        greatest(investment_transactions.known_at, investments.known_at) as newest_known_at,
    from investment_transactions
    inner join investments
        on
            investment_transactions.state_id = investments.state_id
            and investment_transactions.investment_id = investments.investment_id
    inner join funds
        on
            investments.state_id = funds.state_id
            and investments.fund_id = funds.fund_id
),

{{ shown_rows('of_funds', 'state_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.transaction_id']) }} as investment_transaction_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        dim_investment.investment_key,
        shown.investment_id,
        shown.transaction_id,
        shown.transaction_type,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.shown_currency as currency,
        shown.amount,
        shown.cost_relieved,
        cast(
            case when shown.transaction_type in ('PURCHASE', 'FOLLOW_ON') then shown.amount else 0 end
            as decimal(24, 4)
        ) as invested_amount,
        -- what a write-off relieves of cost is no cash: only these come back to the fund
        cast(
            case
                when shown.transaction_type in ('PROCEEDS', 'RETURN_OF_CAPITAL', 'INCOME') then shown.amount
                else 0
            end
            as decimal(24, 4)
        ) as realized_amount,
        shown.funded_by,
        shown.call_id,
        shown.distribution_id,
        shown.newest_known_at as known_at,
        shown.state_id,
        shown.load_id,
        shown.source_sheet,
        shown.source_row,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
    {{ join_version('dim_investment', 'shown', 'event_date') }}
)

select * from final
