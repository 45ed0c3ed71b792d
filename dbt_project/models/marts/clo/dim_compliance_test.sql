with compliance_tests as (
    select * from {{ ref('compliance_tests') }}
),

final as (
    select
        cast(test_number as integer) as test_number,
        cast(test_name as varchar) as test_name,
        cast(category as varchar) as category,
        cast(kind as varchar) as kind,
        cast(direction as varchar) as direction,
        cast(unit as varchar) as unit,
        cast(formula as varchar) as formula,
        cast(description as varchar) as description,
        cast(regulatory_source as varchar) as regulatory_source,
        cast(origin as varchar) as origin,
        cast(denominator as varchar) as denominator,
        cast(is_active as boolean) as is_active,
    from compliance_tests
)

select * from final
