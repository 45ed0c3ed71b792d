with sap_headers as (
    select * from {{ ref('stg_gl__sap_headers') }}
),

sap_items as (
    select * from {{ ref('stg_gl__sap_items') }}
),

oracle_headers as (
    select * from {{ ref('stg_gl__oracle_headers') }}
),

oracle_lines as (
    select * from {{ ref('stg_gl__oracle_lines') }}
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
    where withdrawn_at is null
),

stated as (
    select
        organization_id,
        load_id,
        gl_system,
        entity,
        fiscal_year || ':' || document_number as part_id,
        true as is_header,
        false as is_line,
    from sap_headers
    union all
    select
        organization_id,
        load_id,
        gl_system,
        entity,
        fiscal_year || ':' || document_number as part_id,
        false as is_header,
        true as is_line,
    from sap_items
    union all
    -- lines name their ledger by number and headers by name, so that a journal goes by its id alone
    select
        organization_id,
        load_id,
        gl_system,
        '' as entity,
        je_header_id as part_id,
        true as is_header,
        false as is_line,
    from oracle_headers
    union all
    select
        organization_id,
        load_id,
        gl_system,
        '' as entity,
        je_header_id as part_id,
        false as is_header,
        true as is_line,
    from oracle_lines
),

final as (
    select
        stated.organization_id,
        stated.gl_system,
        stated.entity,
        case when bool_or(stated.is_header) then 'HEADER_WITHOUT_LINES' else 'LINES_WITHOUT_HEADER' end as finding_code,
        stated.part_id,
        count(*) filter (where stated.is_line) as line_count,
    from stated
    inner join loads
        on stated.load_id = loads.load_id
    group by stated.organization_id, stated.gl_system, stated.entity, stated.part_id
    having not bool_or(stated.is_header) or not bool_or(stated.is_line)
)

select * from final
