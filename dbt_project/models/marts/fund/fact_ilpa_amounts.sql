with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

accounts as (
    select * from {{ ref('fact_capital_accounts') }}
),

costs as (
    select * from {{ ref('fact_fund_costs') }}
),

portfolio_fees as (
    select * from {{ ref('fact_fee_offsets') }}
),

funds as (
    select * from {{ ref('int_fund__funds') }}
),

account_movements as (
    select * from {{ ref('int_fund__account_movements') }}
),

carry_ledger as (
    select * from {{ ref('int_fund__carry_ledger') }}
),

{{ shown_rows('account_movements', 'state_id') }},

shown_carry as (
    select carry_ledger.*
    from carry_ledger
    inner join shown_states
        on
            carry_ledger.state_id = shown_states.state_id
            and carry_ledger.fund_id = shown_states.fund_id
            and shown_states.known_to is null
),

account_amounts as (
    select
        organization_id,
        fund_id,
        investor_id,
        period_end as event_date,
        known_at,
        partner_transfers,
        contributions_stated as contributions_cash,
        distributions_stated as distributions,
        coalesce(management_fee_stated, 0) + coalesce(expenses_stated, 0) as costs_of_account,
        income_stated as income_of_account,
        realized_gain_stated as realized_gain,
        unrealized_gain_stated as unrealized_gain,
        accrued_carry_stated as accrued_carry,
        -accrued_carry_stated as carry_accrual,
        -- the general partner earns what the others bear, so its own line would cancel theirs in the fund
        case when not is_general_partner and not is_fund_total then -accrued_carry_stated end as carry_borne,
    from accounts
),

-- the clause, not the statement: only of the clause can column lineage be read
account_lines as (
    select *
    from account_amounts
    unpivot (
        amount for line_code in (
            partner_transfers,
            contributions_cash,
            distributions,
            costs_of_account,
            income_of_account,
            realized_gain,
            unrealized_gain,
            accrued_carry,
            carry_accrual,
            carry_borne
        )
    )
),

of_partners as (
    select
        organization_id,
        fund_id,
        investor_id,
        event_date,
        known_at,
        unnest(
            case
                when cost_type = 'MANAGEMENT_FEE'
                    then ['management_fee_gross', 'fee_waivers', 'fee_rebates', 'fee_offsets']
                else [case when is_capitalised then 'capitalised' else lower(cost_type) end]
            end
        ) as line_code,
        unnest(
            case
                when cost_type = 'MANAGEMENT_FEE'
                    then [-gross_amount, waiver_amount, rebate_amount, offset_amount]
                else [-net_amount]
            end
        ) as amount,
    from costs
    union all
    select
        organization_id,
        fund_id,
        investor_id,
        event_date,
        known_at,
        case movement_type
            when 'DISTRIBUTION_IN_KIND' then 'distributions_in_kind'
            when 'CARRY_PAID' then 'carry_paid'
            when 'COMMITTED' then 'committed'
            when 'CONTRIBUTION' then 'unfunded_contributions'
            when 'RECALLABLE' then 'unfunded_recallable'
            when 'EXPIRED' then 'unfunded_expired'
            when 'TRANSFER' then 'unfunded_transfers'
        end as line_code,
        case when movement_type in ('COMMITTED', 'RECALLABLE', 'TRANSFER') then amount else -amount end as amount,
    from shown
    where movement_type <> 'DISTRIBUTION'
),

general_partners as (
    select distinct
        organization_id,
        fund_id,
        investor_id,
    from accounts
    where is_general_partner
),

-- partners of a fund and the fund as a whole
of_everybody as (
    select * from account_lines
    union all by name
    select * from of_partners
    union all by name
    select * replace ('_FUND_' as investor_id) from of_partners
    union all by name
    select * replace ('_FUND_' as investor_id) from account_lines
    where line_code = 'carry_borne'
    union all by name
    select
        of_partners.organization_id,
        of_partners.fund_id,
        unnest([of_partners.investor_id, general_partners.investor_id]) as investor_id,
        of_partners.event_date,
        of_partners.known_at,
        'carry_settled' as line_code,
        unnest([of_partners.amount, -of_partners.amount]) as amount,
    from of_partners
    inner join general_partners
        on
            of_partners.organization_id = general_partners.organization_id
            and of_partners.fund_id = general_partners.fund_id
    where of_partners.line_code = 'carry_paid'
    union all by name
    select
        organization_id,
        fund_id,
        '_FUND_' as investor_id,
        event_date,
        known_at,
        unnest(['offset_' || lower(fee_type), 'offset_added']) as line_code,
        unnest([gross_amount, offset_amount]) as amount,
    from portfolio_fees
    union all by name
    select
        organization_id,
        fund_id,
        unnest(['_FUND_', investor_id]) as investor_id,
        event_date,
        known_at,
        'carry_ledger_' || lower(entry_type) as line_code,
        amount,
    from shown_carry
),

quarterly as (
    select
        of_everybody.organization_id,
        of_everybody.fund_id,
        of_everybody.investor_id,
        of_everybody.line_code,
        last_day(date_trunc('quarter', of_everybody.event_date) + interval 2 month) as quarter_end,
        sum(of_everybody.amount) as amount,
        max(of_everybody.known_at) as known_at,
    from of_everybody
    where of_everybody.amount <> 0 and of_everybody.investor_id is not null
    group by all
),

final as (
    select
        {{ surrogate_key([
            'quarterly.organization_id',
            'quarterly.fund_id',
            'quarterly.investor_id',
            'quarterly.line_code',
            'quarterly.quarter_end',
        ]) }} as ilpa_amount_key,
        quarterly.organization_id,
        quarterly.fund_id,
        quarterly.investor_id,
        quarterly.line_code,
        cast(quarterly.quarter_end as date) as quarter_end,
        cast(quarterly.quarter_end as date) as event_date,
        {{ date_id('quarterly.quarter_end') }} as date_id,
        -- the fiscal year that the quarter ends in
        cast(year(
            quarterly.quarter_end + to_months(12 - cast(left(coalesce(funds.fiscal_year_end, '12-31'), 2) as integer))
        ) as integer) as fiscal_year,
        funds.base_currency as currency,
        cast(quarterly.amount as decimal(38, 4)) as amount,
        quarterly.known_at,
        shown_states.state_id,
    from quarterly
    inner join shown_states
        on
            quarterly.organization_id = shown_states.organization_id
            and quarterly.fund_id = shown_states.fund_id
            and shown_states.known_to is null
    inner join funds
        on
            shown_states.state_id = funds.state_id
            and quarterly.fund_id = funds.fund_id
)

select * from final
