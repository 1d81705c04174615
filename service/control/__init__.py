"""What a PBX says of its calls: its events come in (Asterisk's ARI and AMI, FreeSWITCH's ESL), and out goes, for each
call between an agent and a customer, that it is there, answered, held, muted, transferred, and who ended it and why.
The state of the calls is pure; the adapters bring it the events and the time."""
