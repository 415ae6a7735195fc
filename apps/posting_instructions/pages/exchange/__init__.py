"""What the pages of a campaign show whose sources ping and post: one module a tab, and what they share."""
