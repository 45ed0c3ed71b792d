"""Accounts of a ledger become accounts of ours: each exactly once, expressions in the order of what depends on what."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.ledger.expressions import evaluate, parse
from calculations.ledger.mapped import LedgerBalance, Mapped, map_balances
from calculations.ledger.mappings import ChartAccount, read_mapping

START = dt.date(2024, 1, 1)
END = dt.date(2024, 3, 31)
CENT = Decimal("0.01")
CHART = (
    ChartAccount("1000", "ASSET", allows_posting=False),
    ChartAccount("1100", "ASSET"),
    ChartAccount("1200", "ASSET"),
    ChartAccount("1300", "ASSET", is_active=False),
    ChartAccount("5200", "EXPENSE"),
    ChartAccount("9000", "ASSET", allows_posting=False),
)


def mapping(mapping_id: str, kind: str, account: str | None, **more: Any) -> Any:
    return read_mapping(
        {"mapping_id": mapping_id, "mapping_type": kind, "account_code": account, "effective_date": START, **more}
    )


def direct(mapping_id: str, source: str, account: str, **more: Any) -> Any:
    return mapping(mapping_id, "DIRECT", account, gl_account_code=source, **more)


def calculated(mapping_id: str, expression: str, account: str) -> Any:
    return mapping(mapping_id, "CALCULATED", account, expression=expression)


def balance(account: str, closing: str, opening: str = "0", **dimensions: str) -> LedgerBalance:
    return LedgerBalance(account, Decimal(opening), Decimal(closing), dimensions)


def mapped(balances: list[LedgerBalance], *mappings: Any) -> Mapped:
    return map_balances(balances, mappings, CHART, END, CENT)


def closings(found: Mapped) -> dict[str, Decimal]:
    assert found.findings == ()
    return {each.account_code: each.closing for each in found.balances}


def codes(found: Mapped) -> list[str]:
    assert found.balances == ()
    return [finding.code for finding in found.findings]


class TestExpressions:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("A + B", "13"),
            ("A - B - B", "4"),  # from the left
            ("A - (B - B)", "10"),
            ("A + B * 2.0", "16"),  # product first
            ("-B + A", "7"),
            ("A / 4.0", "2.5"),
            ("[B-1] * 0.5", "50"),
            ("1100 + 1200", "30"),  # whole numbers are accounts
        ],
    )
    def test_arithmetic_over_accounts(self, text: str, value: str) -> None:
        balances = {"A": "10", "B": "3", "B-1": "100", "1100": "10", "1200": "20"}
        assert evaluate(parse(text), {name: Decimal(given) for name, given in balances.items()}) == Decimal(value)

    @pytest.mark.parametrize("text", ["", "A +", "A ** B", "(A", "A B", "A % B"])
    def test_what_cannot_be_read_is_refused_at_its_place(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"character [0-9]+: expected an account"):
            parse(text)

    def test_accounts_of_an_expression_are_its_dependencies(self) -> None:
        assert parse("1100 + (1200 - 0.5 * [A-1])").accounts == {"1100", "1200", "A-1"}


class TestMappedBalances:
    def test_direct_takes_one_account_unchanged(self) -> None:
        found = mapped([balance("15000", "250.10", opening="200.00")], direct("M1", "15000", "1200"))
        (only,) = found.balances
        assert (only.opening, only.closing, only.movement) == (Decimal("200.00"), Decimal("250.10"), Decimal("50.10"))
        assert (only.mapping_ids, only.source_accounts) == (("M1",), ("15000",))

    @pytest.mark.parametrize(
        ("selector", "expected"),
        [
            ({"list": ["51000", "53000"]}, "101"),
            ({"range": {"from": "51000", "to": "52999"}}, "11"),
            ({"prefix": "5"}, "1111"),
            ({"list": ["51000", "53000"], "weight": "-1"}, "-101"),
        ],
    )
    def test_aggregated_adds_up_what_its_selector_takes(self, selector: dict[str, Any], expected: str) -> None:
        taken = [balance("51000", "1"), balance("52000", "10"), balance("53000", "100"), balance("54000", "1000")]
        aggregated = mapping("M1", "AGGREGATED", "5200", gl_account_selector=selector)
        rest = [
            mapping(f"I{each.account_code}", "IGNORED", None, gl_account_code=each.account_code)
            for each in taken
            if not aggregated.selector.takes(each.account_code, {})
        ]
        assert closings(mapped(taken, aggregated, *rest)) == {"5200": Decimal(expected)}

    def test_a_range_does_not_take_codes_of_another_length(self) -> None:
        ranged = mapping("M1", "AGGREGATED", "5200", gl_account_selector={"range": {"from": "51000", "to": "56999"}})
        assert codes(mapped([balance("5200", "1")], ranged)) == ["UNMAPPED_ACCOUNT"]

    def test_dimensions_divide_one_account_between_mappings(self) -> None:
        by_class = [
            mapping(
                f"M-{value}",
                "AGGREGATED",
                account,
                gl_account_selector={"list": ["11000"], "dimensions": {"dimension_1": value}},
            )
            for value, account in (("A", "1100"), ("B", "1200"))
        ]
        balances = [balance("11000", "4", dimension_1="A"), balance("11000", "6", dimension_1="B")]
        assert closings(mapped(balances, *by_class)) == {"1100": Decimal(4), "1200": Decimal(6)}

    def test_expressions_follow_in_the_order_of_what_depends_on_what(self) -> None:
        """The second expression stands first in the file and needs the first: 9000 = 2 x (100 + 20)."""
        found = mapped(
            [balance("10", "100"), balance("12", "20")],
            calculated("C2", "1000 * 2.0", "9000"),
            calculated("C1", "1100 + 1200", "1000"),
            direct("M1", "10", "1100"),
            direct("M2", "12", "1200"),
        )
        assert closings(found) == {
            "1000": Decimal(120), "1100": Decimal(100), "1200": Decimal(20), "9000": Decimal(240)
        }  # fmt: skip

    def test_expressions_are_rounded_half_up_to_the_minor_unit(self) -> None:
        found = mapped([balance("10", "0.05")], direct("M1", "10", "1100"), calculated("C1", "1100 / 2.0", "1000"))
        assert closings(found)["1000"] == Decimal("0.03")

    def test_a_cycle_is_refused_with_its_path(self) -> None:
        found = mapped([], calculated("C1", "9000 + 0.0", "1000"), calculated("C2", "1000 + 0.0", "9000"))
        assert codes(found) == ["MAPPING_CYCLE"]
        assert "1000" in found.findings[0].message
        assert "9000" in found.findings[0].message

    def test_an_account_without_mapping_blocks_with_its_amount(self) -> None:
        found = mapped([balance("10", "5"), balance("77", "12.34")], direct("M1", "10", "1100"))
        assert codes(found) == ["UNMAPPED_ACCOUNT"]
        assert (found.findings[0].subject, found.findings[0].amount) == ("77", Decimal("12.34"))

    def test_an_account_that_holds_nothing_needs_no_mapping(self) -> None:
        assert closings(mapped([balance("77", "0")], direct("M1", "10", "1100"))) == {"1100": Decimal(0)}

    def test_ignored_accounts_count_as_mapped(self) -> None:
        ignored = mapping("I1", "IGNORED", None, gl_account_code="90000")
        assert closings(mapped([balance("90000", "5")], ignored)) == {}

    def test_an_account_taken_twice_blocks(self) -> None:
        twice = mapping("M2", "AGGREGATED", "1200", gl_account_selector={"prefix": "1"})
        assert codes(mapped([balance("10", "5")], direct("M1", "10", "1100"), twice)) == ["DOUBLE_MAPPED"]

    def test_mappings_are_those_in_force_at_the_end_of_the_period(self) -> None:
        earlier = direct("M1", "10", "1100", expiry_date=END)
        later = direct("M2", "10", "1200", effective_date=END)
        assert closings(mapped([balance("10", "5")], earlier, later)) == {"1200": Decimal(5)}
        before = map_balances([balance("10", "5")], [earlier, later], CHART, END - dt.timedelta(days=1), CENT)
        assert closings(before) == {"1100": Decimal(5)}

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            (direct("M9", "10", "4711"), "UNKNOWN_ACCOUNT"),
            (direct("M9", "10", "1000"), "UNKNOWN_ACCOUNT"),  # a heading
            (direct("M9", "10", "1300"), "UNKNOWN_ACCOUNT"),  # not active
            (calculated("M9", "4711 + 0.5", "9000"), "UNKNOWN_ACCOUNT"),
            (calculated("M9", "1100 + 0.5", "1100"), "DUPLICATE_TARGET"),
            (calculated("M9", "1.0 / 1100", "9000"), "DIVISION_BY_ZERO"),
        ],
    )
    def test_what_a_mapping_must_not_say(self, wrong: Any, code: str) -> None:
        assert code in codes(mapped([], direct("M1", "11", "1100"), wrong))

    @given(
        st.lists(
            st.tuples(st.integers(10, 99), st.decimals(-(10**9), 10**9, places=2)), unique_by=lambda row: row[0]
        )
    )  # fmt: skip
    def test_nothing_is_lost_between_the_ledger_and_the_chart(self, rows: list[tuple[int, Decimal]]) -> None:
        halves = [
            mapping(f"M{first}", "AGGREGATED", account, gl_account_selector={"range": {"from": first, "to": last}})
            for first, last, account in (("10", "54", "1100"), ("55", "99", "1200"))
        ]
        found = closings(mapped([LedgerBalance(str(code), Decimal(0), closing) for code, closing in rows], *halves))
        assert sum(found.values()) == sum(closing for _, closing in rows)


class TestReading:
    @pytest.mark.parametrize(
        ("row", "message"),
        [
            ({"mapping_type": "OTHER"}, "mapping_type: expected one of DIRECT"),
            ({"mapping_type": "DIRECT", "gl_account_code": "1"}, "account_code: expected an account of the chart"),
            ({"mapping_type": "DIRECT", "account_code": "1100"}, "expected gl_account_code or gl_account_selector"),
            ({"mapping_type": "CALCULATED", "account_code": "1100"}, "expression: expected one"),
            (
                {
                    "mapping_type": "AGGREGATED",
                    "account_code": "1100",
                    "gl_account_selector": {"range": {"from": "1", "to": "20"}},
                },
                "expected two codes of one length",
            ),
        ],
    )
    def test_refusals_name_mapping_and_field(self, row: dict[str, Any], message: str) -> None:
        with pytest.raises(ValueError, match="mapping M1.*" + message):
            read_mapping({"mapping_id": "M1", "effective_date": START, **row})
