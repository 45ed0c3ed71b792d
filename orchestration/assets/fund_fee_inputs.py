"""What the records of a fund say of its fees and costs, as the calculations take it. Nothing is computed here."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from calculations.daycount import Days, Ints
from calculations.funds.fees.bases import by_commitments, lower_of_cost_and_fair_value
from calculations.funds.fees.concessions import Concession, ConcessionKind
from calculations.funds.fees.fund_charges import FeeRecord
from calculations.funds.fees.levels import Levels
from calculations.funds.fees.offsets import PortfolioFee
from calculations.funds.fees.payers import AgreedTerms, Commitment, Payer, payer_of, payers_of
from calculations.funds.fees.terms import Basis, FeeLetter, FundDates, read_fee_terms
from calculations.fx import Quotes, convert
from calculations.money import minor_unit

MODELS = (
    "funds",
    "terms",
    "investor_classes",
    "side_letters",
    "commitments",
    "commitment_events",
    "commitment_modifications",
    "transfers",
    "closings",
    "cash_flows",
    "investments",
    "investment_transactions",
    "fair_values",
    "capital_accounts",
    "excuses",
    "fee_charges",
    "fee_waivers",
    "portfolio_fees",
    "expenses",
)
BOUGHT = ("PURCHASE", "FOLLOW_ON")
RELIEVED = ("PROCEEDS", "RETURN_OF_CAPITAL", "WRITE_OFF", "TRANSFER")
FEE_LETTERS = ("FEE_RATE", "FEE_BASIS")
PARTS = 1_000_000  # of a participation that is excused in part

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, eq=False)
class FundBook:
    """A fund in one state: its commitments in order of their ids, what each stands at, and what is known of its money."""

    currency: str
    decimals: int
    quotes: Quotes
    rows: Rows
    commitments: tuple[Commitment, ...]
    investors: tuple[str, ...]
    committed: Levels  # by number of the commitment
    alone: frozenset[str]  # investors that are charged for themselves

    @property
    def fund(self) -> Row:
        return self.rows["funds"][0]

    @property
    def charges(self) -> list[Row]:
        """Charges as stated, those reversed left out."""
        return [row for row in self.rows["fee_charges"] if row["status"] != "REVERSED"]

    @property
    def payers(self) -> tuple[Payer, ...]:
        return payers_of(self.commitments, self.alone)

    @property
    def investor_of(self) -> Ints:
        number = {investor: place for place, investor in enumerate(self.investors)}
        return np.array([number[each.investor_id] for each in self.commitments], dtype=np.int64)

    @property
    def payer_number(self) -> Ints:
        number = {payer: place for place, payer in enumerate(self.payers)}
        return np.array([number[payer_of(each, self.alone)] for each in self.commitments], dtype=np.int64)

    def units(self, amount: Decimal, currency: str | None, day: dt.date) -> int:
        """An amount in minor units of the fund's currency. Raises ValueError where no rate is known."""
        unit = minor_unit(self.decimals)
        converted = convert(amount, currency or self.currency, self.currency, day, self.quotes, unit)
        if converted.amount is None:
            raise ValueError(
                f"{currency} amount of {day}: expected a rate to {self.currency}, found {converted.reason}"
            )
        return int(converted.amount.scaleb(self.decimals))


def fund_book(rows: Rows, decimals: int, quotes: Quotes) -> FundBook:
    """The book of a fund from rows of the intermediate models by model name."""
    (fund,) = rows["funds"]
    known = {row["commitment_id"] for row in rows["commitment_events"]}
    stated = [row for row in rows["commitments"] if row["commitment_id"] in known]
    commitments = tuple(
        Commitment(row["commitment_id"], row["investor_id"], row["class_code"] or "")
        for row in sorted(stated, key=lambda row: row["commitment_id"])
    )
    alone = {row["investor_id"] for name in ("fee_charges", "fee_waivers") for row in rows[name] if row["investor_id"]}
    alone |= {row["investor_id"] for row in rows["side_letters"] if row["provision"] in FEE_LETTERS}
    alone |= {row["investor_id"] for row in rows["terms"] if row["term_type"] == "FEE_STRUCTURE" and row["investor_id"]}
    book = FundBook(
        currency=fund["base_currency"],
        decimals=decimals,
        quotes=quotes,
        rows=rows,
        commitments=commitments,
        investors=tuple(sorted({each.investor_id for each in commitments})),
        committed=Levels.of_movements(*_empty()),
        alone=frozenset(alone),
    )
    return _with_commitments(book)


def fee_record(book: FundBook) -> FeeRecord:
    """What the book says of fees. Raises ValueError for terms that cannot be read and rates that are not known."""
    fund, payers = book.fund, book.payers
    starts = [row["period_start"] for row in book.charges]
    ends = [row["period_end"] for row in book.charges if row["true_up_of_id"] is None]
    # Nothing is charged for the days before the first charge, whatever the terms would allow.
    first = min(starts, default=None) or min(row["event_date"] for row in book.rows["commitment_events"])
    last = max(ends, default=None) or max(
        (row[day] for name, day in (("capital_accounts", "period_end"), ("cash_flows", "event_date"))
         for row in book.rows[name]), default=first,
    )  # fmt: skip
    agreed = tuple(_agreed(row) for row in book.rows["terms"] if row["term_type"] == "FEE_STRUCTURE")
    agreed += tuple(
        AgreedTerms(read_fee_terms(json.loads(row["fee_schedule"])), dt.date.min, class_code=row["class_code"])
        for row in book.rows["investor_classes"]
        if row["fee_schedule"]
    )
    letters: dict[str, list[FeeLetter]] = defaultdict(list)
    for row in book.rows["side_letters"]:
        if row["provision"] in FEE_LETTERS:
            letters[row["investor_id"]].append(_letter(row))
    bases = {basis for each in agreed for basis in each.terms.bases}
    bases |= {letter.basis for listed in letters.values() for letter in listed if letter.basis}
    month, day = (int(part) for part in (fund["fiscal_year_end"] or "12-31").split("-"))
    fees = tuple(_portfolio_fee(book, row) for row in book.rows["portfolio_fees"])
    return FeeRecord(
        first=first,
        until=last + dt.timedelta(days=1),
        decimals=book.decimals,
        fiscal_year_end=(month, day),
        dates=FundDates(fund["investment_period_end"], fund["successor_first_fee_date"]),
        payers=payers,
        agreed=agreed,
        letters={investor: tuple(listed) for investor, listed in letters.items()},
        exempt=frozenset(row["class_code"] for row in book.rows["investor_classes"] if row["is_fee_paying"] is False),
        levels={basis: _levels(book, basis) for basis in bases},
        concessions=tuple(each for row in book.rows["fee_waivers"] for each in _concessions(row, payers)),
        portfolio_fees=fees,
        offset_weights=_offset_weights(book, fees),
    )


def _with_commitments(book: FundBook) -> FundBook:
    """The book with what each commitment stands at; one that is transferred whole ends on that day."""
    number = {each.commitment_id: place for place, each in enumerate(book.commitments)}
    moves = [
        (
            number[row["commitment_id"]],
            row["event_date"],
            book.units(row["committed"], row["currency"], row["event_date"]),
        )
        for row in book.rows["commitment_events"]
        if row["committed"]
    ]
    explained = {
        row["commitment_id"] for row in book.rows["commitment_modifications"] if row["modification_type"] == "TRANSFER"
    }
    for row in book.rows["transfers"]:
        moved = number.get(row["commitment_id"])
        # A transfer that comes with a modification is in the events already.
        if row["status"] == "COMPLETED" and moved is not None and row["commitment_id"] not in explained:
            standing = sum(amount for place, day, amount in moves if place == moved and day <= row["effective_date"])
            moves.append((moved, row["effective_date"], -standing))
    return FundBook(**{**vars(book), "committed": Levels.of_movements(*_columns(moves))})


def _agreed(row: Row) -> AgreedTerms:
    try:
        terms = read_fee_terms(json.loads(row["term_value"]))
    except ValueError as error:
        raise ValueError(f"term {row['term_id']}: {error}") from error
    return AgreedTerms(terms, row["effective_date"], row["expiry_date"], row["class_code"], row["investor_id"])


def _letter(row: Row) -> FeeLetter:
    basis = Basis(row["value_text"]) if row["provision"] == "FEE_BASIS" else None
    rate = row["value_rate"] if row["provision"] == "FEE_RATE" else None
    return FeeLetter(row["effective_date"], row["expiry_date"], rate, basis)


def _concessions(row: Row, payers: Sequence[Payer]) -> list[Concession]:
    """A waiver as one concession, or a rebate of a share, which is each investor's own, as one for each payer."""
    kind = ConcessionKind(row["waiver_type"])
    given_to = tuple(
        place
        for place, payer in enumerate(payers)
        if row["investor_id"] in (None, payer.investor_id) and row["class_code"] in (None, payer.class_code)
    )
    share = None if kind == ConcessionKind.FULL and row["share"] == 1 else row["share"]
    parts: list[tuple[int, ...]] = (
        [(place,) for place in given_to] if kind == ConcessionKind.REBATE and share is not None else [given_to]
    )
    terms = (row["effective_date"], row["expiry_date"], row["amount"], share)
    return [Concession(row["waiver_id"], kind, partners, *terms) for partners in parts]


def _portfolio_fee(book: FundBook, row: Row) -> PortfolioFee:
    gross = Decimal(book.units(row["gross_amount"], row["currency"], row["received_date"])).scaleb(-book.decimals)
    share = Decimal(1) if row["fund_share"] is None else row["fund_share"]
    return PortfolioFee(row["offset_id"], row["received_date"], gross, share, row["offset_share"], row["approved_date"])


def _offset_weights(book: FundBook, fees: Sequence[PortfolioFee]) -> Ints:
    """Commitments of payers on the day a portfolio fee is received, (fees, payers)."""
    level = _by_payer(book, book.committed)
    days = np.array([fee.received for fee in fees], dtype="datetime64[D]")
    payers = len(book.payers)
    found = level.at(np.tile(np.arange(payers), days.size), np.repeat(days, payers))
    return found.reshape(days.size, payers)


def _by_payer(book: FundBook, levels: Levels) -> Levels:
    return Levels.of_movements(book.payer_number[levels.partner], levels.day, levels.movements())


def _levels(book: FundBook, basis: Basis) -> Levels:
    """The balances of a basis by number of the payer."""
    if basis == Basis.COMMITMENTS:
        return _by_payer(book, book.committed)
    if basis == Basis.NAV:
        return _navs(book)
    if basis in (Basis.PAID_IN, Basis.DISTRIBUTIONS):
        column = "capital_call_amount" if basis == Basis.PAID_IN else "distribution_amount"
        return _flows(book, {column: 1})
    if basis == Basis.UNFUNDED_PLUS_INVESTED:
        used = _flows(book, {"capital_call_amount": -1, "outside_commitment_amount": 1, "recallable_amount": 1})
        return _by_payer(book, book.committed).plus(used).plus(_shared(book, _cost(book)))
    cost = _cost(book)
    if basis == Basis.INVESTED_CAPITAL:
        return _shared(book, cost)
    number = _investments(book)
    values = [
        (
            number[row["investment_id"]],
            row["valuation_date"],
            book.units(row["fair_value"], row["currency"], row["valuation_date"]),
        )
        for row in book.rows["fair_values"]
    ]
    fair = Levels.of_values(
        *_columns(list({(place, day): (place, day, amount) for place, day, amount in values}.values()))
    )
    return _shared(book, lower_of_cost_and_fair_value(cost, fair, np.arange(len(number))))


def _flows(book: FundBook, signs: Mapping[str, int]) -> Levels:
    number = {each.commitment_id: place for place, each in enumerate(book.commitments)}
    moves = [
        (
            number[row["commitment_id"]],
            row["event_date"],
            sign * book.units(row[column], row["currency"], row["event_date"]),
        )
        for row in book.rows["cash_flows"]
        if row["commitment_id"] in number
        for column, sign in signs.items()
    ]
    return _by_payer(book, Levels.of_movements(*_columns(moves)))


def _navs(book: FundBook) -> Levels:
    """Net assets as the capital accounts of partners state them; of an investor in two classes, by its first."""
    payer = {
        each.investor_id: place for each, place in reversed(list(zip(book.commitments, book.payer_number, strict=True)))
    }
    investor = {each: place for place, each in enumerate(book.investors)}
    values = [
        (investor[row["investor_id"]], row["period_end"], book.units(row["nav"], None, row["period_end"]))
        for row in book.rows["capital_accounts"]
        if row["investor_id"] in investor
    ]
    stated = Levels.of_values(*_columns(values))
    of_payer = np.array([payer[each] for each in book.investors], dtype=np.int64)
    return Levels.of_movements(of_payer[stated.partner], stated.day, stated.movements())


def _investments(book: FundBook) -> dict[str, int]:
    return {name: place for place, name in enumerate(sorted(row["investment_id"] for row in book.rows["investments"]))}


def _cost(book: FundBook) -> Levels:
    """Cost not yet realised, less permanent write-downs, by number of the investment."""
    number = _investments(book)
    moves = []
    for row in book.rows["investment_transactions"]:
        kind, day = row["transaction_type"], row["event_date"]
        amount = Decimal(0)
        if kind in BOUGHT:
            amount = row["amount"]
        elif kind in RELIEVED:
            amount = -(row["cost_relieved"] or Decimal(0))
        elif kind == "WRITE_DOWN" and row["is_permanent"]:
            amount = -row["amount"]
        if amount:
            moves.append((number[row["investment_id"]], day, book.units(amount, row["currency"], day)))
    return Levels.of_movements(*_columns(moves))


def _shared(book: FundBook, held: Levels) -> Levels:
    number = _investments(book)
    takes_part = np.ones((len(number), len(book.commitments)), dtype=object)
    for row in book.rows["excuses"]:
        place = number.get(row["investment_id"])
        if place is None:
            continue
        for at, each in enumerate(book.commitments):
            if each.investor_id == row["investor_id"] and row["commitment_id"] in (None, each.commitment_id):
                takes_part[place, at] = 1 - (Decimal(1) if row["share_excused"] is None else row["share_excused"])
    parts = 1 if all(part in (0, 1) for part in takes_part.flat) else PARTS
    participation = np.array([[int(part * parts) for part in line] for line in takes_part], dtype=np.int64)
    participation = participation.reshape(len(number), len(book.commitments))
    return by_commitments(held, book.committed, book.payer_number, participation, len(book.payers))


def _empty() -> tuple[Ints, Days, Ints]:
    return _columns([])


def _columns(moves: Sequence[tuple[int, dt.date, int]]) -> tuple[Ints, Days, Ints]:
    """Owner, day and amount of rows as arrays."""
    return (
        np.array([owner for owner, _, _ in moves], dtype=np.int64),
        np.array([day for _, day, _ in moves], dtype="datetime64[D]"),
        np.array([amount for _, _, amount in moves], dtype=np.int64),
    )
