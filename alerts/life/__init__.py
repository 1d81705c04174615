"""The life of an alert after it was found: who has it, what becomes of it. Alerts in, their next versions out."""
