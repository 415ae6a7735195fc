"""Forms of the selling side, by what they edit; each judged by the engine when saved."""
