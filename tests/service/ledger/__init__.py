"""The ledger: its chain, its rows, and what is heard without one."""
