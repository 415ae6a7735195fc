"""The engine: every decision of the platform as a pure function over frozen values.

Nothing here does I/O, knows Django, or asks the clock, randomness or ids by itself: they are arguments.
"""
