with stated_accruals as (
    select * from {{ ref('stg_nav__accruals') }}
),

accruals as (
    select
    {%- for column in accrual_columns() %}
        {{ column }},
    {%- endfor %}
    from stated_accruals
),

filings as (
    select * from {{ ref('stg_nport__filings') }}
),

filed_holdings as (
    select * from {{ ref('stg_nport__holdings') }}
),

held as (
    select
        load_id,
        product_id,
        sum(value_usd) as holdings_value,
    from filed_holdings
    group by load_id, product_id
),

-- what a filing's balance sheet holds beside its positions. Source: input-contracts 5.5
balances as (
    select
        filings.organization_id,
        filings.load_id,
        filings.product_id,
        filings.report_date,
        filings.currency,
        filings.source_row,
        filings.total_assets - coalesce(held.holdings_value, 0) as other_assets,
        filings.total_liabilities,
    from filings
    left join held
        on
            filings.load_id = held.load_id
            and filings.product_id = held.product_id
),

-- a balance as the line of a strike
balance_lines as (
    select
        *,
        'OTHER-ASSETS-' || report_date as accrual_id,
        'OTHER' as kind,
        case when other_assets < 0 then 'LIABILITY' else 'ASSET' end as side,
        abs(other_assets) as amount,
    from balances
    where other_assets is not null
    union all
    select
        *,
        'LIABILITIES-' || report_date as accrual_id,
        'PAYABLE' as kind,
        'LIABILITY' as side,
        total_liabilities as amount,
    from balances
    where total_liabilities is not null
),

filed_accruals as (
    select
    {%- for column in accrual_columns() %}
        {{ filed_accrual().get(column, 'null') }} as {{ column }},
    {%- endfor %}
    from balance_lines
),

workbook_states as (
    {{ sheet_states('accruals', 'nav_accruals', ['product_id', 'share_class_id', 'accrual_id']) }}
),

filed_states as (
    {{ sheet_states('filed_accruals', 'nport_filings', ['product_id', 'accrual_id']) }}
),

final as (
    select * from workbook_states
    union all
    select * from filed_states
)

select * from final
