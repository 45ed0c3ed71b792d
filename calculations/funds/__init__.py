"""Private-fund calculations: waterfall terms, preferred return, distributions. Reading and writing tables is not here."""
