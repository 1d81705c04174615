"""The gate, the table of rights, log-in, tickets, keys and the ledger, as people and attackers meet them."""
