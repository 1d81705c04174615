"""What is kept: calls, alerts and their changes in SQL; the sequence number of a change is the console's cursor."""
