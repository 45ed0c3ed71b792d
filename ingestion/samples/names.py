"""Invented identifiers and names of companies, loans and issuers. Terms of loans do not belong here.

Everything is drawn from the generator passed in, so a seed gives the same names on every machine.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_ID_ALPHABET = np.array(list("BCDFGHJKLMNPQRSTVWXYZ0123456789"))
_FIRST = [
    "ALDEN",
    "BRAX",
    "CALVO",
    "DORN",
    "ELMER",
    "FENWIC",
    "GARRO",
    "HALVE",
    "IBSEN",
    "JORVA",
    "KELLO",
    "LANDRI",
    "MORRO",
    "NORVA",
    "OSTRI",
    "PELLO",
    "QUARN",
    "RENSO",
    "SOLVE",
    "TARRO",
    "ULVER",
    "VANDO",
    "WESTRA",
    "XANDO",
    "YARRO",
    "ZELLO",
    "BRENTO",
    "CORVI",
    "DAVRO",
    "EPSO",
    "FARRO",
    "GRENDO",
    "HESTO",
    "INVARI",
    "KORTE",
    "LUMBRI",
    "MAREN",
]
_SECOND = [
    "NA",
    "RA",
    "TIS",
    "LEX",
    "MONT",
    "WICK",
    "FIELD",
    "DALE",
    "STONE",
    "GATE",
    "CREST",
    "FORD",
    "BROOK",
    "VALE",
    "MARK",
    "PORT",
    "RIDGE",
    "SHIRE",
    "TON",
    "WELL",
]
_FORMS = ["INC", "HOLDINGS INC", "LLC", "CORP", "GROUP LLC", "ACQUISITION CORP", "INTERMEDIATE HOLDINGS LLC", "LP"]
_FORMS_ABROAD = {
    "Luxembourg": "SARL",
    "Netherlands": "BV",
    "Germany": "GMBH",
    "France": "SAS",
    "United Kingdom": "LTD",
    "Canada": "ULC",
    "Cayman Islands": "LTD",
}
_TRADES = {
    "Health": "HEALTH",
    "Drugs": "PHARMA",
    "Business": "SERVICES",
    "Electronics": "TECHNOLOGIES",
    "Retail": "STORES",
    "Utilities": "POWER",
    "Tele": "TELECOM",
    "Cable": "CABLE",
    "Lodging": "RESORTS",
    "Chemicals": "CHEMICAL",
    "Building": "BUILDING PRODUCTS",
    "Insurance": "INSURANCE",
    "Financial": "FINANCE",
    "Containers": "PACKAGING",
    "Ecological": "ENVIRONMENTAL",
    "Radio": "BROADCASTING",
    "Publishing": "MEDIA",
    "Leisure": "ENTERTAINMENT",
    "Automotive": "AUTOMOTIVE",
    "Aerospace": "AEROSPACE",
    "Food": "FOODS",
    "Beverage": "BRANDS",
    "Oil": "ENERGY",
    "Surface": "LOGISTICS",
    "Air": "AVIATION",
    "Industrial": "INDUSTRIES",
    "metals": "MINERALS",
    "Conglomerates": "ENTERPRISES",
}


def asset_ids(rng: np.random.Generator, count: int) -> npt.NDArray[np.str_]:
    """`count` distinct ids of the legacy form: BRS and six characters."""
    found: dict[str, None] = {}
    while len(found) < count:
        drawn = _ID_ALPHABET[rng.integers(0, len(_ID_ALPHABET), size=(count, 6))]
        found.update(dict.fromkeys("BRS" + "".join(row) for row in drawn))
    return np.array(list(found)[:count])


def company_names(rng: np.random.Generator, industries: list[str], countries: list[str]) -> list[str]:
    """One distinct company name per entry, its trade taken from the industry and its legal form from the country."""
    stems = [first + second for first in _FIRST for second in _SECOND]
    order = rng.permutation(len(stems))
    forms = rng.integers(0, len(_FORMS), size=len(industries))
    names = []
    for position, (industry, country) in enumerate(zip(industries, countries, strict=True)):
        cycle, place = divmod(position, len(stems))
        stem = stems[order[place]] + (f" {cycle + 1}" if cycle else "")
        trade = next((word for key, word in _TRADES.items() if key in industry), "INTERNATIONAL")
        names.append(f"{stem} {trade} {_FORMS_ABROAD.get(country, _FORMS[forms[position]])}")
    return names


def issuer_codes(names: list[str]) -> list[str]:
    """A short distinct issuer code per company name, its first letters where they are free."""
    taken: set[str] = set()
    codes = []
    for name in names:
        base = "".join(character for character in name if character.isalnum())[:6]
        code, suffix = base, 2
        while code in taken:
            code, suffix = f"{base[:5]}{suffix}", suffix + 1
        taken.add(code)
        codes.append(code)
    return codes
