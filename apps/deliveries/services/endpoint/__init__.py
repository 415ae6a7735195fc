"""What all processes know of an endpoint: its breakers, rate, concurrency and tokens, and whom to tell."""
