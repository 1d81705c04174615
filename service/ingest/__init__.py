"""The sockets a PBX sends audio to: TCP, WebSocket and HTTP in, wire events out to the live call."""
