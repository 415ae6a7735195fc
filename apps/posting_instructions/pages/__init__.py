"""What each page shows, worked out from the compiled campaign: one module a tab, and what they share."""
