"""Users, sessions, keys and tickets: kept in the store, known in memory, judged at the gate of web.trust."""
