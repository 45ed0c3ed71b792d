"""Serves one folder of the newest publication to BI clients: read-only, by token, over DuckDB's own remote protocol (Quack).

Whoever is served asks questions of one organisation's copy and does nothing else; making publications does not belong here.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from duckdb import StatementType
from duckdb.func import FunctionNullHandling
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from orchestration.encryption import EncryptionError, load_extension
from orchestration.errors import WrongRequest
from orchestration.publish import OPERATOR
from orchestration.settings import Settings, shown
from orchestration.warehouse import open_publication, without_a_file

VARIABLE = "WEIR_SERVE_TOKEN"
DEFAULT_PORT = 9494
# The functions that a query may read rows from. Others stop the server, read files or run texts as queries.
TABLE_FUNCTIONS = frozenset(
    {"unnest", "range", "generate_series", "duckdb_tables", "duckdb_columns", "duckdb_schemas", "duckdb_databases"}
)


class CannotServe(WrongRequest):
    """There is nothing to serve, or no safe way to; the message says what to do and shows no token."""


class _Environment(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="WEIR_")

    serve_token: SecretStr = Field(min_length=16)


def serve_token() -> SecretStr:
    """The token that clients show. Raises `CannotServe`."""
    try:
        # Its values come from the environment, of which mypy knows nothing.
        return _Environment().serve_token  # type: ignore[call-arg]
    except ValidationError:
        raise CannotServe(
            f"{VARIABLE}: expected a token of at least 16 characters, such as `openssl rand -base64 32` prints, "
            "found none or a shorter one"
        ) from None


def may_run(query: str) -> bool:
    """Whether a served query is one question to the copy: a single SELECT that reads tables and harmless functions."""
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.Error:
        return False
    if len(statements) != 1 or statements[0].type != StatementType.SELECT:
        return False
    with without_a_file() as parser:
        row = parser.execute("select json_serialize_sql(?::varchar)", [query]).fetchone()
    assert row is not None
    tree = json.loads(row[0])
    return not tree["error"] and all(name in TABLE_FUNCTIONS for name in _table_functions(tree))


def _table_functions(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _table_functions(each)
    elif isinstance(node, dict):
        if node.get("type") == "TABLE_FUNCTION":
            yield str(node["function"]["function_name"]).lower()
        for each in node.values():
            yield from _table_functions(each)


class PublicationServer:
    """The server of one folder. `start` it, call `follow` now and then, `stop` it."""

    def __init__(
        self,
        settings: Settings,
        token: SecretStr,
        organization: str | None = None,
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
    ) -> None:
        self.settings, self.token = settings, token
        self.folder, self.host, self.port = organization or OPERATOR, host, port
        self.served: Path | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None

    @property
    def address(self) -> str:
        return f"quack:{self.host}:{self.port}"

    def start(self) -> None:
        """Serve the publication in place. Raises `CannotServe`."""
        served = self._newest()
        connection = open_publication(served)
        try:
            # The protocol's messages go by the second one.
            for name in ("httpfs", "quack"):
                load_extension(connection, name)
            connection.create_function(
                "weir_may_run",
                lambda session, query: query if may_run(query) else None,
                ["VARCHAR", "VARCHAR"],
                "VARCHAR",
                null_handling=FunctionNullHandling.SPECIAL,
                side_effects=True,
            )
            connection.execute("set global quack_authorization_function = 'weir_may_run'")
            # No file of this machine can be read or written from here on, and nobody can take that back.
            connection.execute("set enable_external_access = false")
            connection.execute("set lock_configuration = true")
            connection.execute(
                "select count(*) from quack_serve(?, token := ?, allow_other_hostname := ?)",
                [self.address, self.token.get_secret_value(), not _is_loopback(self.host)],
            ).fetchall()
        except EncryptionError as missing:
            connection.close()
            raise CannotServe(str(missing)) from None
        except duckdb.Error as error:
            connection.close()
            told = str(error).replace(self.token.get_secret_value(), "***").splitlines()[0]
            raise CannotServe(f"{self.address} cannot be served: {told}") from None
        self.served, self._connection = served, connection

    def follow(self) -> bool:
        """Serve the newest publication instead when there is one; returns whether there was. Clients' next queries see it."""
        if self._newest() == self.served:
            return False
        self.stop()
        self.start()
        return True

    def stop(self) -> None:
        if self._connection is not None:
            self._connection.execute("select * from quack_stop(?)", [self.address]).fetchall()
            self._connection.close()
            self._connection = None

    def _newest(self) -> Path:
        link = self.settings.published_link
        if not link.exists():
            raise CannotServe(f"{shown(self.settings.home)} holds no publication yet: `weir run` makes one")
        folder = link.resolve() / self.folder
        # An organisation's name is the name of its folder, and no path; what is unmasked is not served.
        is_name = Path(self.folder).name == self.folder and (
            self.folder == OPERATOR or not self.folder.startswith(("_", "."))
        )
        if not is_name or not (folder / "warehouse.duckdb").exists() or folder.is_symlink():
            names = sorted(path.parent.name for path in link.resolve().glob("[!_.]*/warehouse.duckdb"))
            raise CannotServe(f"expected one of the organisations {', '.join(names)}, found {self.folder!r}")
        return folder


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
