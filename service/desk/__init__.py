"""The alert desk at work: acts of people, clocks that run over open alerts, mutes, silent rules and who is told."""
