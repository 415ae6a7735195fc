"""What buyers call: their stored leads."""
