"""Who may do what: rights and roles, the table of routes, the gate in front of them, log-in, tickets, keys, the ledger.

In come requests with a cookie, a key or nothing; out go refusals, or the request with the one who asks known to it.
"""
