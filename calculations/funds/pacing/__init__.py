"""What a fund is expected to call, distribute and be worth, and when open calls are expected to be paid. Facts are not here."""
