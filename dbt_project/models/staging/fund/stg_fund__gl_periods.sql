with stated as (
    select * from {{ source('raw', 'fund_gl_periods') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(fund_id as varchar) as fund_id,
        cast(period_end as date) as period_end,
        cast(status as varchar) as status,
        cast(closed_at as timestamp) as closed_at,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
