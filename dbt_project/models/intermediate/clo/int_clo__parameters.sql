with deal_parameters as (
    select * from {{ ref('stg_clo__deal_parameters') }}
),

run_model_parameters as (
    select * from {{ ref('stg_clo__run_model_parameters') }}
),

deal_loads as (
    select * from {{ ref('int_clo__deal_loads') }}
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
),

final as (
    select
        deal_parameters.load_id,
        deal_loads.organization_id,
        deal_loads.feed_id,
        'deal' as parameter_scope,
        deal_parameters.deal_id,
        cast(null as varchar) as model,
        deal_parameters.section,
        deal_parameters.name,
        deal_parameters.label,
        deal_parameters.value_type,
        deal_parameters.value_number,
        deal_parameters.value_date,
        deal_parameters.value_boolean,
        deal_parameters.value_text,
        deal_loads.as_of,
        deal_loads.known_at,
        deal_parameters.source_sheet,
        deal_parameters.source_row,
        deal_parameters.source_column,
    from deal_parameters
    inner join deal_loads
        on
            deal_parameters.load_id = deal_loads.load_id
            and deal_parameters.deal_id = deal_loads.deal_id
    union all
    select
        run_model_parameters.load_id,
        loads.organization_id,
        loads.feed_id,
        'run_model' as parameter_scope,
        cast(null as varchar) as deal_id,
        run_model_parameters.model,
        run_model_parameters.section,
        run_model_parameters.name,
        run_model_parameters.label,
        run_model_parameters.value_type,
        run_model_parameters.value_number,
        run_model_parameters.value_date,
        run_model_parameters.value_boolean,
        run_model_parameters.value_text,
        loads.as_of,
        loads.known_at,
        run_model_parameters.source_sheet,
        run_model_parameters.source_row,
        run_model_parameters.source_column,
    from run_model_parameters
    inner join loads
        on run_model_parameters.load_id = loads.load_id
)

select * from final
