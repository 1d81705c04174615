"""Everything towards people: REST, console and listen sockets, pages.

It is handed calls, alerts and health by service/main.py, and answers with JSON, sound and pages.
"""
