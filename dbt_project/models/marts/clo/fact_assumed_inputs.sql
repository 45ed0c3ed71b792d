with {{ projected_rows('clo_assumed_inputs') }},

final as (
    select
        {{ projected_key(['subject', 'field_name', 'reason']) }} as assumed_input_key,
        {{ projected_keys() }}
        projected.subject,
        projected.field_name,
        projected.assumed_value,
        projected.reason,
    from projected
)

select * from final
