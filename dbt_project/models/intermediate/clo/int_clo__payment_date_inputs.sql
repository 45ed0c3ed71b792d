with figures as (
    select * from {{ ref('stg_clo__payment_date_inputs') }}
),

loads as (
    select * from {{ ref('int_feeds__loads_in_force') }}
    where is_in_state
),

run as (
    select * from {{ ref('int_feeds__run') }}
),

known as (
    select figures.*
    from figures
    inner join loads
        on figures.load_id = loads.load_id
    -- 1:1, the run context has one row
    inner join run
        on figures.known_at <= run.known_at
),

newest as (
    select
        *,
        -- of two values known at one instant neither is chosen: which of them is right is not decided here
        known_at = max(known_at) over (
            partition by organization_id, deal_id, payment_date, role, item, key, measure
        ) as is_newest,
    from known
),

final as (
    select
        organization_id,
        deal_id,
        payment_date,
        role,
        item,
        key,
        measure,
        value,
        value_amount,
        value_rate,
        value_date,
        value_flag,
        unit,
        currency,
        printed_decimals,
        source_file,
        source_page,
        known_at,
        load_id,
        source_sheet,
        source_row,
    from newest
    where is_newest and row_action <> 'delete'
)

select * from final
