"""What a served folder answers and what it refuses. It listens on this machine alone."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.encryption import extension_file
from orchestration.publish import point_to
from orchestration.serving import CannotServe, PublicationServer, may_run
from orchestration.settings import Settings

TOKEN = "token-of-the-test-4711"
# The client is another process, as a BI tool is: it asks each question and prints what it got.
CLIENT = """
import json, sys, duckdb
address, token, extensions, questions = json.loads(sys.stdin.read())
connection = duckdb.connect()
for file in extensions:
    connection.execute(f"load '{file}'")
answers = []
for question in questions:
    try:
        sql = "select * from quack_query(?, ?, token := ?)"
        answers.append(connection.execute(sql, [address, question, token]).fetchall())
    except duckdb.Error as error:
        answers.append(str(error).splitlines()[0])
print(json.dumps(answers))
"""


class House:
    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home)
        self.publish("p1", 1)

    def publish(self, name: str, amount: int) -> None:
        publication = self.settings.publications_path / name
        for folder in ("_operator", "_restricted", "alder", "birch"):
            (publication / folder).mkdir(parents=True)
            with duckdb.connect(str(publication / folder / "warehouse.duckdb")) as connection:
                connection.execute("create schema marts")
                connection.execute(f"create table marts.fact_things as select '{folder}' as owner, {amount} as amount")
        point_to(self.settings, publication)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "home")


@pytest.fixture
def served(house: House) -> Iterator[PublicationServer]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = PublicationServer(house.settings, SecretStr(TOKEN), "alder", port=port)
    server.start()
    yield server
    server.stop()


def ask(server: PublicationServer, *questions: str, token: str = TOKEN) -> list:
    extensions = [str(extension_file(name)) for name in ("httpfs", "quack")]
    told = subprocess.run(
        [sys.executable, "-c", CLIENT],
        input=json.dumps([server.address, token, extensions, questions]),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    answers: list = json.loads(told.stdout)
    return answers


def test_a_client_with_the_token_reads_the_folder_of_one_organisation(served: PublicationServer) -> None:
    assert ask(
        served, "select * from marts.fact_things", "with t as (from marts.fact_things) select count(*) from t"
    ) == [
        [["alder", 1]],
        [[1]],
    ]


def test_a_client_without_the_token_reads_nothing(served: PublicationServer) -> None:
    (answer,) = ask(served, "select 1", token="another-token-4711")
    assert "Authentication failed" in answer


def test_a_client_can_change_nothing_and_reach_nothing_else(
    served: PublicationServer, house: House, tmp_path: Path
) -> None:
    other = house.settings.published_link / "birch" / "warehouse.duckdb"
    answers = ask(
        served,
        "create table marts.mine as select 1",
        f"attach '{other}' as birch",
        f"select * from read_text('{tmp_path}/any.txt')",
        f"select * from '{other}'",
        f"copy marts.fact_things to '{tmp_path}/out.csv'",
        "set enable_external_access = true",
        f"call quack_stop('{served.address}')",
        f"select * from quack_stop('{served.address}')",
        "select * from query('select * from quack_' || 'server_list()')",
        "select 1; select 2",
    )
    assert [answer for answer in answers if not isinstance(answer, str)] == []
    assert not (tmp_path / "out.csv").exists()
    assert ask(served, "select amount from marts.fact_things") == [[[1]]]


def test_the_newest_publication_is_served_once_it_is_in_place(served: PublicationServer, house: House) -> None:
    assert not served.follow()
    house.publish("p2", 2)
    assert served.follow()
    assert ask(served, "select amount from marts.fact_things") == [[[2]]]


@pytest.mark.parametrize("name", ["cedar", "_restricted", "../p1/birch", "", "."])
def test_only_an_organisations_own_folder_is_served(house: House, name: str) -> None:
    server = PublicationServer(house.settings, SecretStr(TOKEN), name)
    if name == "":
        assert server.folder == "_operator"
        return
    with pytest.raises(CannotServe, match="expected one of the organisations alder, birch, found"):
        server.start()


@pytest.mark.parametrize("token", [None, "short"])
def test_nothing_is_served_without_a_token_of_some_length(
    house: House, monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    monkeypatch.delenv("WEIR_SERVE_TOKEN", raising=False)
    if token is not None:
        monkeypatch.setenv("WEIR_SERVE_TOKEN", token)
    result = CliRunner().invoke(app, ["serve", "--home", str(house.settings.home)])
    assert result.exit_code == 2
    assert "WEIR_SERVE_TOKEN: expected a token of at least 16 characters" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        ("select * from marts.dim_fund", True),
        ("from marts.dim_fund", True),
        ("select * from range(3)", True),
        ("select (select count(*) from duckdb_tables())", True),
        ("select * from quack_stop('x')", False),
        ("select (select count(*) from query('select 1'))", False),
        ("with t as (select * from read_csv('x')) select * from t", False),
        ("select 1 union all select 1 from glob('/*')", False),
        ("insert into marts.dim_fund values (1)", False),
        ("select 1; select 2", False),
        ("no sql at all", False),
        ("", False),
    ],
)
def test_one_question_to_tables_is_all_that_may_run(query: str, allowed: bool) -> None:
    assert may_run(query) is allowed
