"""CLO calculations: ratings, pools, coverage tests, interest payments. Reading and writing tables is not here."""
