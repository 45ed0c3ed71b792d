"""From the accounts of a ledger to ours: mappings, what they give, and the roll-forward of net assets. Files do not belong here."""
