"""Writes the demo's price files: closes as CSV, rounds of an oracle and a market snapshot as JSON. What is priced is instruments'.

Source: input-contracts 5.1, 6.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from ingestion.samples.feeds import FeedNote
from ingestion.samples.instruments import Instrument, load_instruments
from ingestion.samples.parameters import load_yaml
from ingestion.samples.schedule import business_days

CENT, TEN_THOUSANDTH = Decimal("0.01"), Decimal("0.0001")


def write_price_files(folder: Path, seed: int) -> list[Path]:
    """Write the three files and their sidecars into the organisation's `folder`; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    stated = load_yaml("prices.yaml")
    instruments = load_instruments()
    closes, rounds, market = stated["closes"], stated["rounds"], stated["market"]
    return [
        *_write(folder / "prices_close.csv", _closes(closes, instruments, seed), closes, stated, closes["last"]),
        *_write(folder / "prices_rounds.json", _rounds(rounds, instruments, seed), rounds, stated, rounds["first_at"].date()),
        *_write(folder / "prices_market.json", _market(market, instruments), market, stated, market["at"].date()),
    ]  # fmt: skip


def _write(path: Path, text: str, part: dict[str, Any], stated: dict[str, Any], as_of: dt.date) -> list[Path]:
    path.write_text(text, encoding="utf-8", newline="\n")
    note = FeedNote(
        organization_id=stated["organization_id"],
        organization_name=stated["organization_name"],
        kind="price_feed",
        feed_name=part.get("feed_name", "main"),
        as_of=as_of,
        mode="delta",
        sent_at=part["sent_at"],
    )
    return [path, note.write_beside(path)]


def _moved(price: Decimal, factor: float, step: Decimal) -> Decimal:
    """A price times a factor, on a step; the factor only has to be the same on every machine."""
    return max((price * Decimal(f"{factor:.6f}")).quantize(step), step)


def _closes(part: dict[str, Any], instruments: tuple[Instrument, ...], seed: int) -> str:
    last: dt.date = part["last"]
    days = business_days(last - dt.timedelta(days=3 * part["days"]), last)[-part["days"] :].tolist()
    moves = np.random.default_rng([seed, 301]).normal(0.0, part["daily_volatility"], (len(days), len(instruments)))
    factors = np.exp(moves.cumsum(axis=0))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["isin", "ticker", "price_type", "as_of", "source", "price", "currency", "quote_basis", "bid", "ask"]
    )
    for day, row in zip(days, factors.tolist(), strict=True):
        for instrument, factor in zip(instruments, row, strict=True):
            price = _moved(instrument.price, factor, TEN_THOUSANDTH)
            half = (price * Decimal(str(part["spread"])) / 2).quantize(TEN_THOUSANDTH)
            ticker = "" if instrument.isin else instrument.ticker
            basis = "PER_100" if instrument.asset_class == "BOND" else "PER_UNIT"
            writer.writerow(
                [
                    *(instrument.isin or "", ticker, "CLOSE", f"{day}T21:00:00Z", part["source"]),
                    *(price, instrument.price_currency, basis, price - half, price + half),
                ]
            )
    return out.getvalue()


def _rounds(part: dict[str, Any], instruments: tuple[Instrument, ...], seed: int) -> str:
    (instrument,) = (item for item in instruments if item.instrument_id == part["instrument"])
    moves = np.random.default_rng([seed, 302]).normal(0.0, part["hourly_volatility"], part["count"])
    first = int(part["first_at"].replace(tzinfo=dt.UTC).timestamp())
    answer, rounds = 0, []
    for number, factor in enumerate(np.exp(moves.cumsum()).tolist()):
        is_stale = number in part["stale"]
        if not is_stale:
            answer = int(_moved(instrument.price, factor, CENT).scaleb(part["decimals"]))
        at, round_id = first + number * part["seconds"], part["first_round"] + number
        rounds.append(
            {
                "roundId": round_id,
                "answer": answer,
                "startedAt": at - 12,
                "updatedAt": at,
                "answeredInRound": round_id - is_stale,
            }
        )
    document = {"source": part["source"], "pair": part["pair"], "instrument_id": part["instrument"]}
    return json.dumps(document | {"decimals": part["decimals"], "rounds": rounds}, indent=1) + "\n"


def _market(part: dict[str, Any], instruments: tuple[Instrument, ...]) -> str:
    at = int(part["at"].replace(tzinfo=dt.UTC).timestamp())
    per_eur = Decimal(str(part["usd_per_eur"]))
    # Numbers are written as they are typed: a float would add digits of its own.
    quotes = [
        f' "{item.instrument_id}": {{"usd": {item.price}, "eur": {(item.price / per_eur).quantize(TEN_THOUSANDTH)}, '
        f'"last_updated_at": {at}}}'
        for item in instruments
        if item.asset_class == "TOKEN"
    ]
    return "{\n" + ",\n".join(quotes) + "\n}\n"
