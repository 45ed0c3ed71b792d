with chart_of_accounts as (
    select * from {{ ref('int_fund__chart_of_accounts') }}
),

final as (
    select
        organization_id,
        account_code,
        fund_id,
        account_name,
        account_type,
        parent_code,
        allows_posting,
        is_active,
        nav_line,
        known_at,
        state_id,
        load_id,
        source_sheet,
        source_row,
    from chart_of_accounts
)

select * from final
