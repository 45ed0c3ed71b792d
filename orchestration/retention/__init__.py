"""How long data is kept, where old rows lie, and what may be deleted: policies, archives, legal holds, deletes that leave tombstones.

Withdrawing a load deletes nothing and does not belong here. Source: fund-admin 1.12; input-contracts 2.6.
"""
