with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

pacing_back_tests as (
    select * from {{ source('calc', 'pacing_back_tests') }}
),

{{ shown_rows('pacing_back_tests', 'measured_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.fund_id', 'shown.as_of_date', 'shown.series']) }}
            as pacing_backtest_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        shown.as_of_date,
        shown.as_of_date as event_date,
        {{ date_id('shown.as_of_date') }} as date_id,
        shown.last_date,
        shown.series,
        shown.currency,
        shown.quarter_count,
        shown.forecast_amount,
        shown.actual_amount,
        shown.mean_error,
        shown.mean_absolute_error,
        shown.root_mean_square_error,
        shown.total_error,
        shown.total_error_share,
        shown.reason,
        shown.known_at,
        shown.measured_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'as_of_date') }}
)

select * from final
