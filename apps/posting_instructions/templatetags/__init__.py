"""What the templates of the instructions can call."""
