"""The sockets a PBX sends audio to: TCP, WebSocket and HTTP in, wire events with their arrival time out to the live call."""
