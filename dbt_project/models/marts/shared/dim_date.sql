with holidays as (
    select * from {{ ref('int_market__holidays') }}
    where calendar = '{{ var("house_calendar") }}'
),

-- one calendar, whoever states it: two organisations that name the same day name one holiday
house_holidays as (
    select
        holiday_date,
        min(holiday_name) as holiday_name,
        max(known_at) as known_at,
    from holidays
    group by holiday_date
),

days as (
    {{ date_spine('1990-01-01', '2070-12-31') }}
),

-- the fiscal year is named by the year in which it ends, so days are moved to the calendar year of that name
dated as (
    select
        date_value,
        cast(
            date_value + to_months(12 - {{ var("fiscal_year_end").split("-")[0] | int }}) as date
        ) as fiscal_date,
    from days
),

final as (
    select
        {{ date_id('dated.date_value') }} as date_id,
        dated.date_value,
        cast(year(dated.date_value) as integer) as year,
        cast(quarter(dated.date_value) as integer) as quarter,
        cast(month(dated.date_value) as integer) as month,
        cast(day(dated.date_value) as integer) as day,
        cast(isodow(dated.date_value) as integer) as day_of_week,
        cast(dayofyear(dated.date_value) as integer) as day_of_year,
        cast(weekofyear(dated.date_value) as integer) as week_of_year,
        cast(isoyear(dated.date_value) as integer) as week_year,
        monthname(dated.date_value) as month_name,
        dayname(dated.date_value) as day_name,
        'Q' || quarter(dated.date_value) as quarter_name,
        isodow(dated.date_value) >= 6 as is_weekend,
        house_holidays.holiday_date is not null as is_holiday,
        house_holidays.holiday_name,
        isodow(dated.date_value) < 6 and house_holidays.holiday_date is null as is_business_day,
        cast(year(dated.fiscal_date) as integer) as fiscal_year,
        cast(quarter(dated.fiscal_date) as integer) as fiscal_quarter,
    from dated
    left join house_holidays
        on dated.date_value = house_holidays.holiday_date
)

select * from final
