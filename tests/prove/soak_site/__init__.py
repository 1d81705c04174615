"""The hour under faults: what goes wrong on purpose, what is seen meanwhile, the page that is made of it."""
