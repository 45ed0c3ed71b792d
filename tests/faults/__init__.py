"""Sound files spoilt in every way that a sender or an attacker may think of, and what must become of each. Samples whose one outcome is
written down by hand belong to ingestion/samples/bad."""
