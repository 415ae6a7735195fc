"""The webhook of some terms on a page: its address, what came by it, and which of its values is which field."""
