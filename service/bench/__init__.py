"""The bench: how many live calls this machine carries.

Takes recordings and the tiers to try (and the address of a vosk-server, if there is one); starts an Earshot of its own,
plays ever new calls from a further process, and gives out the largest number that was served in time, with the
processor time, memory and latencies it took.
"""
