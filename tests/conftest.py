"""Fixtures every test may use. What belongs to one app lives in that app's folder."""
