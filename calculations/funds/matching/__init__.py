"""Matching of what others state with what the fund knows: bank entries with payments, portal investors with ours. Reading and writing tables is not here."""
