with parameters as (
    select * from {{ ref('int_clo__parameters') }}
),

deal_loads as (
    select * from {{ ref('int_clo__deal_loads_in_force') }}
    where is_current
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
    where withdrawn_at is null
),

deal_parameters as (
    select parameters.*
    from parameters
    inner join deal_loads
        on
            parameters.load_id = deal_loads.load_id
            and parameters.deal_id = deal_loads.deal_id
    where parameters.parameter_scope = 'deal'
),

-- a workbook without a control panel states nothing, so the newest one stands
run_model_parameters as (
    select parameters.*
    from parameters
    inner join loads
        on parameters.load_id = loads.load_id
    where parameters.parameter_scope = 'run_model'
    qualify
        dense_rank() over (
            partition by parameters.feed_id, parameters.model
            order by loads.as_of desc, loads.known_at desc, loads.load_id desc
        ) = 1
),

unioned as (
    select * from deal_parameters
    union all
    select * from run_model_parameters
),

final as (
    select
        {{ surrogate_key(['organization_id', 'feed_id', 'deal_id', 'model', 'section', 'name']) }} as parameter_key,
        organization_id,
        feed_id,
        parameter_scope,
        deal_id,
        model,
        section,
        name,
        label,
        case value_type
            when 'number' then cast(value_number as varchar)
            when 'date' then cast(value_date as varchar)
            when 'boolean' then cast(value_boolean as varchar)
            else value_text
        end as value,
        value_type as type,
        value_number,
        value_date,
        value_boolean,
        value_text,
        coalesce(model, '') <> 'old' as is_active,
        as_of,
        known_at,
        load_id,
        source_sheet,
        source_row,
        source_column,
    from unioned
)

select * from final
