"""Whether a load is what its file says, level by level: cells, records, rules, results. Loading and publishing do not belong here."""
