"""Pings, bids and awards: a lead on offer before its person is named, and who may have it at which price."""
