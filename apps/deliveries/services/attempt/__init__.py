"""One call to a buyer: built, sent its way, read, and kept."""
