with stated as (
    select * from {{ source('raw', 'clo_run_model_filters') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(model as varchar) as model,
        cast(side as varchar) as side,
        cast(sequence as integer) as sequence,
        cast(logical_operator as varchar) as logical_operator,
        cast(open_parenthesis as varchar) as open_parenthesis,
        cast(field as varchar) as field,
        cast(comparison_operator as varchar) as comparison_operator,
        cast(value_text as varchar) as value_text,
        cast(close_parenthesis as varchar) as close_parenthesis,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
