with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

funds as (
    select * from {{ ref('int_fund__funds') }}
),

capital_accounts as (
    select
        *,
        -- the total of the fund comes under the same id in every fund
        investor_id = '_FUND_' as is_fund_total,
    from {{ ref('int_fund__capital_accounts') }}
),

account_movements as (
    select * from {{ ref('int_fund__account_movements') }}
),

cost_shares as (
    select * from {{ source('calc', 'fund_cost_shares') }}
),

{{ shown_rows('capital_accounts', 'state_id') }},

period_ends as (
    select distinct
        organization_id,
        fund_id,
        period_end,
    from shown
),

periods as (
    select
        organization_id,
        fund_id,
        period_end,
        lag(period_end, 1, date '0001-01-01') over (partition by organization_id, fund_id order by period_end)
            as previous_end,
    from period_ends
),

accounts as (
    select
        shown.*,
        periods.previous_end,
        lag(shown.nav, 1, 0) over (
            partition by shown.organization_id, shown.fund_id, shown.investor_id
            order by shown.period_end
        ) as previous_nav,
    from shown
    inner join periods
        on
            shown.organization_id = periods.organization_id
            and shown.fund_id = periods.fund_id
            and shown.period_end = periods.period_end
),

shown_movements as (
    select
        account_movements.organization_id,
        account_movements.fund_id,
        account_movements.investor_id,
        account_movements.event_date,
        account_movements.movement_type,
        account_movements.amount,
    from account_movements
    inner join shown_states
        on
            account_movements.state_id = shown_states.state_id
            and account_movements.fund_id = shown_states.fund_id
            and shown_states.known_to is null
    union all
    select
        cost_shares.organization_id,
        cost_shares.fund_id,
        cost_shares.investor_id,
        cost_shares.event_date,
        case
            when cost_shares.cost_type = 'MANAGEMENT_FEE' then 'MANAGEMENT_FEE'
            when cost_shares.cost_type like '%\_INCOME' escape '\' then 'INCOME'
            else 'EXPENSE'
        end as movement_type,
        -cost_shares.net_amount as amount,
    from cost_shares
    inner join shown_states
        on
            cost_shares.measured_id = shown_states.measured_id
            and cost_shares.fund_id = shown_states.fund_id
            and shown_states.known_to is null
),

by_period as (
    select
        shown_movements.organization_id,
        shown_movements.fund_id,
        case when grouping(shown_movements.investor_id) = 1 then '_FUND_' else shown_movements.investor_id end
            as investor_id,
        periods.period_end,
        sum(shown_movements.amount) filter (where shown_movements.movement_type = 'CONTRIBUTION') as contributions,
        -sum(shown_movements.amount) filter (where shown_movements.movement_type like 'DISTRIBUTION%')
            as distributions,
        sum(shown_movements.amount) filter (where shown_movements.movement_type = 'MANAGEMENT_FEE')
            as management_fee,
        sum(shown_movements.amount) filter (where shown_movements.movement_type = 'EXPENSE') as expenses,
        sum(case shown_movements.movement_type
            when 'COMMITTED' then shown_movements.amount
            when 'RECALLABLE' then shown_movements.amount
            when 'TRANSFER' then shown_movements.amount
            when 'CONTRIBUTION' then -shown_movements.amount
            when 'EXPIRED' then -shown_movements.amount
        end) as unfunded_change,
    from shown_movements
    inner join periods
        on
            shown_movements.organization_id = periods.organization_id
            and shown_movements.fund_id = periods.fund_id
            and shown_movements.event_date > periods.previous_end
            and shown_movements.event_date <= periods.period_end
    group by
        shown_movements.organization_id,
        shown_movements.fund_id,
        periods.period_end,
        grouping sets ((shown_movements.investor_id), ())
),

computed as (
    select
        accounts.*,
        coalesce(by_period.contributions, 0) as contributions_computed,
        coalesce(by_period.distributions, 0) as distributions_computed,
        coalesce(by_period.management_fee, 0) as management_fee_computed,
        coalesce(by_period.expenses, 0) as expenses_computed,
        sum(coalesce(by_period.unfunded_change, 0)) over (
            partition by accounts.organization_id, accounts.fund_id, accounts.investor_id
            order by accounts.period_end
        ) as unfunded_computed,
        accounts.beginning_nav + accounts.contributions + accounts.distributions + accounts.management_fee
        + accounts.expenses + accounts.income + accounts.realized_gain + accounts.unrealized_gain
        + accounts.accrued_carry as nav_computed,
    from accounts
    left join by_period
        on
            accounts.organization_id = by_period.organization_id
            and accounts.fund_id = by_period.fund_id
            and accounts.investor_id = by_period.investor_id
            and accounts.period_end = by_period.period_end
),

final as (
    select
        {{ surrogate_key([
            'computed.organization_id',
            'computed.fund_id',
            'computed.investor_id',
            'computed.period_end',
        ]) }} as capital_account_key,
        computed.organization_id,
        dim_fund.fund_key,
        computed.fund_id,
        computed.investor_id,
        computed.is_fund_total,
        computed.investor_id = funds.gp_investor_id as is_general_partner,
        case when year(computed.previous_end) > 1 then computed.previous_end + 1 end as period_start,
        computed.period_end,
        computed.period_end as event_date,
        {{ date_id('computed.period_end') }} as date_id,
        computed.period_end
        = max(computed.period_end) over (partition by computed.organization_id, computed.fund_id) as is_current,
        funds.base_currency as currency,
        cast(computed.beginning_nav as decimal(38, 4)) as beginning_nav_stated,
        cast(computed.previous_nav as decimal(38, 4)) as beginning_nav,
        cast(computed.beginning_nav - computed.previous_nav as decimal(38, 4)) as partner_transfers,
        cast(computed.contributions_computed as decimal(38, 4)) as contributions,
        cast(computed.contributions as decimal(38, 4)) as contributions_stated,
        cast(computed.contributions_computed - computed.contributions as decimal(38, 4)) as contributions_difference,
        cast(computed.distributions_computed as decimal(38, 4)) as distributions,
        cast(computed.distributions as decimal(38, 4)) as distributions_stated,
        cast(computed.distributions_computed - computed.distributions as decimal(38, 4)) as distributions_difference,
        cast(computed.management_fee_computed as decimal(38, 4)) as management_fee,
        cast(computed.management_fee as decimal(38, 4)) as management_fee_stated,
        cast(computed.management_fee_computed - computed.management_fee as decimal(38, 4))
            as management_fee_difference,
        cast(computed.expenses_computed as decimal(38, 4)) as expenses,
        cast(computed.expenses as decimal(38, 4)) as expenses_stated,
        cast(computed.expenses_computed - computed.expenses as decimal(38, 4)) as expenses_difference,
        cast(computed.income as decimal(38, 4)) as income_stated,
        cast(computed.realized_gain as decimal(38, 4)) as realized_gain_stated,
        cast(computed.unrealized_gain as decimal(38, 4)) as unrealized_gain_stated,
        cast(computed.accrued_carry as decimal(38, 4)) as accrued_carry_stated,
        cast(computed.nav_computed as decimal(38, 4)) as nav,
        cast(computed.nav as decimal(38, 4)) as nav_stated,
        cast(computed.nav_computed - computed.nav as decimal(38, 4)) as nav_difference,
        case when computed.nav_computed is null then 'a line of the roll-forward is not stated' end as nav_reason,
        cast(computed.unfunded_computed as decimal(38, 4)) as unfunded,
        cast(computed.unfunded as decimal(38, 4)) as unfunded_stated,
        cast(computed.unfunded_computed - computed.unfunded as decimal(38, 4)) as unfunded_difference,
        computed.known_at,
        computed.state_id,
    from computed
    inner join funds
        on
            computed.state_id = funds.state_id
            and computed.fund_id = funds.fund_id
    {{ join_version('dim_fund', 'computed', 'period_end') }}
)

select * from final
