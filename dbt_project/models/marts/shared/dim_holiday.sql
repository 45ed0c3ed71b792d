with holidays as (
    select * from {{ ref('int_market__holidays') }}
),

final as (
    select
        organization_id,
        calendar,
        calendar = '{{ var("house_calendar") }}' as is_house_calendar,
        holiday_date,
        {{ date_id('holiday_date') }} as date_id,
        holiday_name,
        holiday_basis,
        known_at,
        load_id,
    from holidays
)

select * from final
