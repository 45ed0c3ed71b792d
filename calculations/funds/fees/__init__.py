"""Management fees of private funds, from the basis to the net amount charged. Capital calls and payments are not here."""
