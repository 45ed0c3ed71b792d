"""What lets dbt attach an encrypted warehouse: a plugin of dbt-duckdb that loads the extension that DuckDB encrypts with.

The key is the profile's, from the environment.
"""

from __future__ import annotations

from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

from orchestration.encryption import CRYPTO, load_extension


class Plugin(BasePlugin):
    def configure_connection(self, conn: Any) -> None:
        load_extension(conn, CRYPTO)
        conn.execute("set temp_file_encryption = true")
