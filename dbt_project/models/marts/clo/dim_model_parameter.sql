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

-- a workbook without a control panel states nothing, so the newest one stands
newest_panels as (
    select distinct
        parameters.load_id,
        parameters.model,
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

final as (
    select
        {{ surrogate_key([
            'parameters.organization_id',
            'parameters.feed_id',
            'parameters.deal_id',
            'parameters.model',
            'parameters.section',
            'parameters.name',
        ]) }} as parameter_key,
        parameters.organization_id,
        parameters.feed_id,
        parameters.parameter_scope,
        parameters.deal_id,
        parameters.model,
        parameters.section,
        parameters.name,
        parameters.label,
        case parameters.value_type
            when 'number' then cast(parameters.value_number as varchar)
            when 'date' then cast(parameters.value_date as varchar)
            when 'boolean' then cast(parameters.value_boolean as varchar)
            else parameters.value_text
        end as value,
        parameters.value_type as type,
        parameters.value_number,
        parameters.value_date,
        parameters.value_boolean,
        parameters.value_text,
        coalesce(parameters.model, '') <> 'old' as is_active,
        parameters.as_of,
        parameters.known_at,
        parameters.load_id,
        parameters.source_sheet,
        parameters.source_row,
        parameters.source_column,
    from parameters
    left join deal_loads
        on
            parameters.load_id = deal_loads.load_id
            and parameters.deal_id = deal_loads.deal_id
    left join newest_panels
        on
            parameters.load_id = newest_panels.load_id
            and parameters.model = newest_panels.model
    where deal_loads.load_id is not null or newest_panels.load_id is not null
)

select * from final
