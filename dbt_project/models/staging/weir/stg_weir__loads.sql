with stated as (
    select * from {{ source('raw', 'loads') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(load_id as varchar) as load_id,
        cast(file_sha256 as varchar) as file_sha256,
        cast(organization_name as varchar) as organization_name,
        cast(kind as varchar) as kind,
        cast(feed_name as varchar) as feed_name,
        cast(file_name as varchar) as file_name,
        cast(as_of as date) as as_of,
        cast(mode as varchar) as mode,
        cast(sent_at as timestamp) as sent_at,
        cast(loaded_at as timestamp) as loaded_at,
        cast(known_at as timestamp) as known_at,
        cast(known_at_basis as varchar) as known_at_basis,
        cast(contract_version as integer) as contract_version,
        cast(status as varchar) as status,
        cast(reason_code as varchar) as reason_code,
        cast(message as varchar) as message,
        cast(advice as varchar) as advice,
        cast(cells_in_file as bigint) as cells_in_file,
    from stated
)

select * from final
