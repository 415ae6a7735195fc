"""A month that never was: leads, journeys and sales as this version would have made them.

The engine decides here as it does for a live lead, and the simulator answers as it would; only the clock and the
network are played. Rows are written in bulk, with the ids of their own time.
"""
