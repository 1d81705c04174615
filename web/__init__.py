"""Everything towards people: REST, console and listen sockets, pages. It is handed calls, alerts and store by service/main.py."""
