"""What goes on after a journey: copies, files, stored leads, and asking after unknown answers."""
