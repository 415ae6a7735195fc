"""What people put right: unknown answers, quarantine, sending again, reading again."""
