with stated as (
    select * from {{ source('raw', 'nav_assumptions') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(scope_type as varchar) as scope_type,
        cast(scope_id as varchar) as scope_id,
        cast(assumption as varchar) as assumption,
        cast(as_of as date) as as_of,
        cast(tenor as varchar) as tenor,
        cast(source as varchar) as source,
        cast(value as decimal(38, 12)) as value,
        cast(value_text as varchar) as value_text,
        cast(unit as varchar) as unit,
        cast(currency as varchar) as currency,
        cast(compounding as varchar) as compounding,
        cast(valid_until as date) as valid_until,
        cast(rationale as varchar) as rationale,
        cast(approved_by as varchar) as approved_by,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
