"""How reports to investors look: formats of cells, texts that stay texts, the printed page. What stands in them is not here."""

from __future__ import annotations

from typing import Any

import xlsxwriter

from orchestration.pack.workbook import FORMULA_STARTS, INK

A4, CAPTION_WIDTH, MONEY_WIDTH = 9, 46, 17
HEADER_HEIGHT = 45  # points, for captions of three lines
DATE_FORMAT = "yyyy-mm-dd"
SHARE_FORMAT = "0.0000%"


class Looks:
    """The formats of one workbook; `money` and `check` are the number formats of its template."""

    def __init__(self, book: xlsxwriter.Workbook, money: str, check: str) -> None:
        head = {"bold": True, "font_color": "white", "bg_color": INK, "text_wrap": True, "valign": "vcenter"}
        self.title = book.add_format({"bold": True, "font_size": 14, "font_color": INK})
        self.section = book.add_format({"bold": True, "font_color": INK, "bottom": 1})
        self.header = book.add_format(head)
        self.header_right = book.add_format({**head, "align": "right"})
        self.right = book.add_format({"align": "right"})
        self.label = book.add_format({"bold": True})
        self.verbatim = book.add_format({"quote_prefix": True})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.date = book.add_format({"num_format": DATE_FORMAT, "align": "left"})
        self.money = book.add_format({"num_format": money})
        self.sum = book.add_format({"num_format": money, "bold": True, "top": 1})
        self.sum_label = book.add_format({"bold": True, "top": 1})
        self.share = book.add_format({"num_format": SHARE_FORMAT})
        self.multiple = book.add_format({"num_format": "0.0000"})
        self.check = book.add_format({"num_format": check, "align": "right", "italic": True})


def write_text(sheet: Any, looks: Looks, row: int, column: int, text: str) -> None:
    """Text that begins like a formula stays text even when somebody edits the cell."""
    sheet.write_string(row, column, text, looks.verbatim if text.startswith(FORMULA_STARTS) else None)


def write_header(
    sheet: Any, looks: Looks, title: str, captions: dict[str, str], told: dict[str, str], top: int = 0
) -> int:
    """Title and what the report is about, one line for each caption that is told; returns the row below."""
    sheet.write_string(top, 0, title, looks.title)
    row = top + 1
    for name, caption in captions.items():
        if told.get(name):
            sheet.write_string(row, 0, caption, looks.label)
            write_text(sheet, looks, row, 1, told[name])
            row += 1
    return row


def page(sheet: Any, fund: str, subject: str, currency: str, footer: str) -> None:
    """A4 across, as wide as the page, with fund, subject and unit on every page."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    # "&" begins a code in headers and footers
    left, centre, below = (text.replace("&", "&&") for text in (fund, subject, footer))
    sheet.set_header(f"&L{left}&C{centre}&RAmounts in {currency}")
    sheet.set_footer(f"&L{below}&RPage &P of &N")
