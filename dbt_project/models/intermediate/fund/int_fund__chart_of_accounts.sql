with accounts as (
    select * from {{ ref('stg_fund__chart_of_accounts') }}
),

account_states as (
    {{ sheet_states('accounts', 'fund_chart_of_accounts', ['account_code']) }}
),

owned as (
    select
        *,
        -- the feed that stated an account first owns it, so another feed of the organisation cannot overwrite it
        first_value(feed_id) over (
            partition by organization_id, account_code
            order by known_from asc, feed_id asc
        ) as owner_feed_id,
    from account_states
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
    from owned
    where known_to is null and feed_id = owner_feed_id
)

select * from final
