"""How a lead travels: claimed, started, sent, settled, finished; or sent at once while its source waits."""
