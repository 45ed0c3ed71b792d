"""Great Expectations' pages hold every rule of a suite with what it means, and what it found."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from expectations.data_docs import build_data_docs
from expectations.rules import Suite, between, not_null


def test_every_suite_has_pages_that_say_what_its_rules_mean_and_found(tmp_path: Path) -> None:
    rules = (
        not_null("price_is_known", "price", "Every price is known."),
        between("price_is_positive", "price", "No price is below zero.", at_least=0),
    )
    suites = [
        Suite(name, "marts", f"marts.{name}", "Prices.", rules, keys=("id",)) for name in ("fact_prices", "fact_quotes")
    ]
    sound = pd.DataFrame({"id": [1, 2], "price": [1.0, 2.0]})
    wrong = pd.DataFrame({"id": [1, 2], "price": [-7.0, 2.0]})
    docs = build_data_docs(tmp_path, zip(suites, (sound, wrong), strict=True))
    assert (docs.suites, docs.suites_passed) == (2, 1)
    index = docs.index.read_text()
    assert "fact_prices" in index
    assert "fact_quotes" in index
    (page,) = (tmp_path / "validations" / "fact_quotes").rglob("*.html")
    said = page.read_text()
    assert "No price is below zero." in said
    assert "-7" in said
