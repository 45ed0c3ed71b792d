"""The key that encrypts the working warehouse, where there is one, and what DuckDB needs to write with it.

The key comes from the environment alone: no setting, log or message holds it. Published copies are not encrypted.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import duckdb
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from orchestration.errors import WrongRequest

VARIABLE = "WEIR_WAREHOUSE_KEY"
# dbt hides the values of variables of this prefix in everything that it writes.
DBT_VARIABLE = "DBT_ENV_SECRET_WEIR_WAREHOUSE_KEY"
ALIAS = "warehouse"  # what an encrypted warehouse is called in DuckDB: the name that a plain one has of its file
CRYPTO = "httpfs"  # the extension with the library that DuckDB encrypts with


class EncryptionError(WrongRequest):
    """The key is no key, does not fit the warehouse, or cannot be used here; the message says what to do and shows no key."""


class _Environment(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="WEIR_")

    # Letters, digits and what base64 adds: nothing that SQL, YAML or a shell reads in another way.
    warehouse_key: SecretStr | None = Field(default=None, min_length=16)


def warehouse_key() -> str | None:
    """The key of the working warehouse, None where it is not encrypted. Raises `EncryptionError`."""
    try:
        secret = _Environment().warehouse_key
    except ValidationError:
        raise EncryptionError(f"{VARIABLE}: expected a key of at least 16 characters, found a shorter one") from None
    if secret is None:
        return None
    key = secret.get_secret_value()
    if not key.isascii() or any(not (letter.isalnum() or letter in "+/=-_.") for letter in key) or key.isdigit():
        raise EncryptionError(
            f"{VARIABLE}: expected letters, digits and + / = - _ . with one letter at least, such as `openssl rand -base64 32` "
            "prints, found other characters"
        )
    return key


def extension_file(name: str) -> Path:
    """The file of a DuckDB extension that stands in a package of its own. Raises `EncryptionError` where it is not installed."""
    found = importlib.util.find_spec(f"duckdb_extension_{name}")
    file = (
        Path(found.origin).parent / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
        if found is not None and found.origin is not None
        else None
    )
    if file is None or not file.exists():
        raise EncryptionError(
            f"the DuckDB extension {name} {duckdb.__version__} is needed for this and is not installed: "
            f"pip install duckdb-extension-{name}=={duckdb.__version__}"
        )
    return file


def load_extension(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load an installed extension; nothing is fetched from anywhere."""
    connection.execute(f"load '{extension_file(name)}'")


def attach_warehouse(connection: duckdb.DuckDBPyConnection, path: Path, key: str) -> None:
    """Attach the encrypted warehouse to an open DuckDB that keeps nothing itself, and use it. A new file is made encrypted.

    Raises `EncryptionError` when the key is another's or the file is not encrypted; other faults as they come.
    """
    load_extension(connection, CRYPTO)
    # What does not fit into memory is written beside the warehouse, encrypted like it.
    connection.execute("set temp_file_encryption = true")
    connection.execute(f"set temp_directory = '{path}.tmp'")
    try:
        connection.execute(f"attach if not exists '{path}' as {ALIAS} (encryption_key '{key}')")
    except duckdb.InvalidInputException as error:
        if "wrong encryption key" not in str(error).lower():
            raise
        raise EncryptionError(
            f"{path}: {VARIABLE} is not the key that this warehouse was encrypted with; without that key it cannot be read"
        ) from None
    except duckdb.CatalogException as error:
        if "is not encrypted" not in str(error):
            raise
        raise EncryptionError(
            f"{path}: {VARIABLE} is set, and this warehouse is not encrypted. Unset it, or begin a new home with it: "
            "the files of the inbox are taken in again there"
        ) from None
    connection.execute(f"use {ALIAS}")
