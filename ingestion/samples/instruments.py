"""The demo's instruments as instruments.yaml lists them, validated when read. Prices and positions do not belong here."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from ingestion.identifiers import is_isin
from ingestion.samples.parameters import Parameters, load_yaml, refused


class Instrument(Parameters):
    """One instrument. `price` is in the price currency; of bonds per 100, else per unit."""

    instrument_id: str
    name: str
    asset_class: Literal["EQUITY", "ETF", "BOND", "TOKEN"]
    currency: str
    isin: str | None
    ticker: str
    price: Decimal = Field(gt=0)
    quoted_in: str | None = None

    @property
    def price_currency(self) -> str:
        return self.quoted_in or self.currency

    @model_validator(mode="after")
    def _isin_is_sound(self) -> Instrument:
        if self.isin is not None and not is_isin(self.isin):
            raise ValueError(f"expected an ISIN with its right check digit, found {self.isin}")
        return self


@cache
def load_instruments() -> tuple[Instrument, ...]:
    """The instruments in their order; ids, ISINs and tickers are unique."""
    found = []
    for row in load_yaml("instruments.yaml")["instruments"]:
        try:
            found.append(Instrument.model_validate(_named(row)))
        except ValidationError as error:
            raise refused("instruments.yaml", str(row[0]), error) from error
    for field in ("instrument_id", "isin", "ticker"):
        values = [value for instrument in found if (value := getattr(instrument, field)) is not None]
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise ValueError(f"instruments.yaml, {field}: expected each once, found {', '.join(twice)} more often")
    return tuple(found)


def _named(row: list[Any]) -> dict[str, Any]:
    # A price of the file is a decimal text to begin with; its shortest form is what was typed.
    values = dict(zip(Instrument.model_fields, row, strict=False))
    return values | {"price": Decimal(str(values["price"]))}
