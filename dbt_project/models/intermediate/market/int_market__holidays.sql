with holidays as (
    select * from {{ ref('stg_market__holidays') }}
),

clo_holidays as (
    select * from {{ ref('stg_clo__holidays') }}
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
    where withdrawn_at is null
),

feed_holidays as (
    {{ fold_loads('holidays', ['calendar', 'holiday_date'], ['holiday_name']) }}
),

-- the reference table of the newest workbook that has one; a workbook without it states nothing
workbook_holidays as (
    select
        clo_holidays.organization_id,
        clo_holidays.holiday_date,
        clo_holidays.load_id,
        loads.known_at,
        clo_holidays.source_sheet,
        clo_holidays.source_row,
    from clo_holidays
    inner join loads
        on clo_holidays.load_id = loads.load_id
    qualify
        dense_rank() over (
            partition by clo_holidays.organization_id
            order by loads.as_of desc, loads.known_at desc, loads.load_id desc
        ) = 1
),

final as (
    select
        organization_id,
        calendar,
        holiday_date,
        holiday_name,
        'holidays_feed' as holiday_basis,
        load_id,
        known_at,
        source_sheet,
        source_row,
    from feed_holidays
    union all
    select
        workbook_holidays.organization_id,
        'US' as calendar,
        workbook_holidays.holiday_date,
        -- the table states the weekday's name only, which is not the holiday's
        cast(null as varchar) as holiday_name,
        'clo_workbook' as holiday_basis,
        workbook_holidays.load_id,
        workbook_holidays.known_at,
        workbook_holidays.source_sheet,
        workbook_holidays.source_row,
    from workbook_holidays
    -- the feed's calendar wins whole: two lists mixed would be neither
    where not exists (
        select 1
        from feed_holidays
        where
            feed_holidays.calendar = 'US'
            and feed_holidays.organization_id in (workbook_holidays.organization_id, '_shared')
    )
)

select * from final
