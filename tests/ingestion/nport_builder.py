"""Small invented Form N-PORT filings, for tests."""

from __future__ import annotations

from collections.abc import Sequence

HOLDING = {
    "name": "Invented Water District",
    "lei": "N/A",
    "title": "Invented 5 08/01/2028",
    "cusip": "037833100",
    "identifiers": "<isin value='US0378331005'/><other otherDesc='Internal' value='INV-1'/>",
    "balance": "1000",
    "units": "PA",
    "curCd": "USD",
    "valUSD": "1050.25",
    "pctVal": "10.5025",
    "payoffProfile": "Long",
    "assetCat": "DBT",
    "issuerCat": "MUN",
    "invCountry": "US",
    "isRestrictedSec": "N",
    "fairValLevel": "2",
}
DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"


def holding(*, without: Sequence[str] = (), extra: str = "", **values: str) -> str:
    """One `invstOrSec` over two lines; `values` replace elements, `extra` is put behind them."""
    elements = {**HOLDING, **values}
    body = "".join(f"<{name}>{text}</{name}>" for name, text in elements.items() if name not in without)
    return f"<invstOrSec>\n{body}{extra}</invstOrSec>\n"


def filing(
    *holdings: str,
    before: str = "",
    series: str = "<seriesId>S000000001</seriesId>",
    day: str = "2024-03-31",
    total_assets: str = "10000.00",
    total_liabilities: str = "500.00",
    net_assets: str = "9500.00",
) -> bytes:
    """A filing; its first holding begins in the line after `invstOrSecs`, line 6 where nothing stands `before` it."""
    inside = f"<invstOrSecs>\n{''.join(holdings)}</invstOrSecs>\n" if holdings else ""
    text = (
        f"{before}{DECLARATION}<edgarSubmission xmlns='http://www.sec.gov/edgar/nport'>\n"
        f"<headerData><submissionType>NPORT-P</submissionType></headerData><formData>"
        f"<genInfo><regName>Invented Trust</regName><regCik>0000000007</regCik>{series}"
        f"<repPdEnd>2024-12-31</repPdEnd><repPdDate>{day}</repPdDate><isFinalFiling>N</isFinalFiling></genInfo>\n"
        f"<fundInfo><totAssets>{total_assets}</totAssets><totLiabs>{total_liabilities}</totLiabs>"
        f"<netAssets>{net_assets}</netAssets></fundInfo>\n{inside}</formData></edgarSubmission>\n"
    )
    return text.encode()
