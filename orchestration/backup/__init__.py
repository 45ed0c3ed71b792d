"""Backups of a home, what is shipped between them, and bringing a home back from both. Archiving by retention does not belong here.

Source: fund-admin 1.12; input-contracts 2.5, 2.6.
"""
