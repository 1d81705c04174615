"""An Asterisk as far as calls, snoops, external media, bridges and ChanSpy go: what exists, and what events that gives.

Its faces are `asterisk_faces.AriFace` and `.AmiFace`; forms of events and answers are those of recorded traffic.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Chan:
    """A channel. `spied`: it hears that one, and ends with it (a snoop, or a ChanSpy with option E).

    `group`: a ChanSpy with option g: it hears whichever channel has the group, and waits while none has.
    """

    channel_id: str
    name: str
    state: str = "Down"
    bridge: str | None = None
    app: str | None = None  # the ARI application it is in, or enters when it is answered
    spied: str | None = None
    whisper: str = "none"
    on_answer: Callable[["Chan"], None] | None = None
    action_id: str = ""
    stream: str = ""  # where an external media channel sends to
    group: str = ""
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """An event of both interfaces: its name, and what each face may need."""

    what: str
    chan: Chan | None = None
    bridge: str | None = None
    cause: int | None = None
    digit: str = ""
    other: Chan | None = None
    soft: bool = False


@dataclass
class Asterisk:
    """The model. `told` is called with everything that happens."""

    chans: dict[str, Chan] = field(default_factory=dict)
    bridges: dict[str, list[str]] = field(default_factory=dict)
    told: list[Callable[[Told], None]] = field(default_factory=list)
    apps: set[str] = field(default_factory=set)  # ARI applications whose event socket is open
    ringing_fails: bool = False
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def tell(self, told: Told) -> None:
        """To everybody who listens."""
        for hear in list(self.told):
            hear(told)

    # --- calls of the dialplan ---------------------------------------------------------------------------------

    def call(self, agent: str = "1007") -> tuple[str, str]:
        """A customer and an agent talk; ids of (customer, agent)."""
        number = next(self._numbers)
        customer = self.new(f"1795412287.{number}0", f"PJSIP/trunk-{number:08x}", "Up")
        phone = self.new(f"1795412287.{number}1", f"PJSIP/{agent}-{number:08x}", "Ringing")
        self.tell(Told("Dial", customer, other=phone))
        self.set_state(phone, "Up")
        for chan in (customer, phone):
            self.enter(f"call-{number}", chan)
        return customer.channel_id, phone.channel_id

    def hang_up(self, channel_id: str, *, soft: bool = False) -> None:
        """The phone's own doing: the channel ends, and whoever is alone in the call's bridge with it."""
        chan = self.chans.get(channel_id)
        if chan is None:
            return
        if not soft:
            self.tell(Told("HangupRequest", chan, cause=16))
        others = [each for each in self.bridges.get(chan.bridge or "", []) if each != channel_id]
        is_call = (chan.bridge or "").startswith("call-")
        self.end(channel_id)
        for other in others if is_call and len(others) == 1 else []:
            self.end(other)

    def hand_over(self, agent_id: str, to: str = "1008", *, stays: bool = False) -> str:
        """A blind transfer: the customer waits while another telephone rings; its id. `stays`: the agent's lives on."""
        agent = self.chans[agent_id]
        (customer_id,) = (each for each in self.bridges[agent.bridge or ""] if each != agent_id)
        customer = self.chans[customer_id]
        self.leave(customer)
        self.tell(Told("BlindTransfer", agent, other=customer))
        if stays:
            self.leave(agent)
        else:
            self.end(agent_id)
        return self._further(customer, to).channel_id

    def take_up(self, customer_id: str, phone_id: str) -> None:
        """The telephone is picked up, and the two talk."""
        self.set_state(self.chans[phone_id], "Up")
        bridge = f"call-{next(self._numbers)}"
        for each in (customer_id, phone_id):
            self.enter(bridge, self.chans[each])

    def transfer(self, agent_id: str, to: str = "1008") -> str:
        """An attended one: another telephone was asked before, and comes to the customer; its id."""
        agent = self.chans[agent_id]
        bridge = agent.bridge or ""
        (customer_id,) = (each for each in self.bridges[bridge] if each != agent_id)
        phone = self._further(agent, to)
        self.set_state(phone, "Up")
        self.leave(agent)
        self.enter(bridge, phone)
        self.tell(Told("AttendedTransfer", agent, other=self.chans[customer_id]))
        self.end(agent_id)
        return phone.channel_id

    def _further(self, caller: Chan, extension: str) -> Chan:
        number = next(self._numbers)
        phone = self.new(f"1795412287.{number}1", f"PJSIP/{extension}-{number:08x}", "Ringing")
        self.tell(Told("Dial", caller, other=phone))
        return phone

    def take_over(self, customer_id: str, taker: Chan) -> None:
        """The application Bridge: the customer leaves its bridge for the taker's; the agent's leg ends by the Dial."""
        customer = self.chans.get(customer_id)
        if customer is None:
            self.end(taker.channel_id)
            return
        left = [each for each in self.bridges.get(customer.bridge or "", []) if each != customer_id]
        self.leave(customer)
        bridge = f"call-{next(self._numbers)}"
        self.enter(bridge, customer)
        self.enter(bridge, taker)
        for other in left:
            self.end(other)

    # --- what exists -------------------------------------------------------------------------------------------

    def new(self, channel_id: str, name: str, state: str = "Down", **more: object) -> Chan:
        """A channel begins."""
        chan = self.chans[channel_id] = Chan(channel_id, name, state, **more)  # type: ignore[arg-type]
        self.tell(Told("Newchannel", chan))
        return chan

    def named(self, name: str) -> Chan | None:
        """By name or id, as Asterisk looks channels up."""
        return next((each for each in self.chans.values() if name in (each.name, each.channel_id)), None)

    def set_state(self, chan: Chan, state: str) -> None:
        """Ringing, Up."""
        chan.state = state
        self.tell(Told("Newstate", chan))

    def answer(self, channel_id: str) -> bool:
        """A ringing telephone is picked up; whether it was ringing."""
        chan = self.chans.get(channel_id)
        if chan is None or chan.state == "Up" or chan.on_answer is None:
            return False
        self.set_state(chan, "Up")
        self.tell(Told("OriginateSuccess", chan))
        chan.on_answer(chan)
        return True

    def originate(self, channel_id: str, endpoint: str, on_answer: Callable[[Chan], None], action_id: str = "") -> Chan:
        """A telephone rings."""
        name = f"{endpoint}-{next(self._numbers):08x}"
        return self.new(channel_id, name, "Ringing", on_answer=on_answer, action_id=action_id)

    def enter_app(self, chan: Chan, app: str) -> None:
        """Stasis: where nobody listens for the application, the channel is hung up."""
        if app not in self.apps:
            self.end(chan.channel_id)
            return
        chan.app = app
        self.tell(Told("StasisStart", chan))

    def spy(self, chan: Chan, target_name: str, options: str) -> None:
        """ChanSpy by name ends with the spied channel; by group it looks for one."""
        chan.group = options.partition("g(")[2].partition(")")[0]
        options = options.replace(f"g({chan.group})", "")
        if chan.group:
            chan.whisper = "both" if "B" in options else "out" if "w" in options else "none"
            self._seek(chan)
            return
        target = self.named(target_name)
        if target is None:
            self.end(chan.channel_id)
            return
        chan.spied = target.channel_id
        chan.whisper = "both" if "B" in options else "out" if "w" in options else "none"
        self.tell(Told("ChanSpyStart", chan, other=target))

    def set_variable(self, chan: Chan, name: str, value: str) -> None:
        """Of a channel; a ChanSpy that waits for it finds it."""
        chan.variables[name] = value
        for spy in [each for each in self.chans.values() if each.group and each.spied is None and each.state == "Up"]:
            self._seek(spy)

    def _seek(self, spy: Chan, last: str | None = None) -> None:
        """The next channel of the group, else the last again."""
        found = [
            each
            for each in self.chans.values()
            if each is not spy and spy.group in each.variables.get("SPYGROUP", "").split(":")
        ]
        target = next((each for each in found if each.channel_id != last), found[0] if found else None)
        spy.spied = target.channel_id if target is not None else None
        if target is not None:
            self.tell(Told("ChanSpyStart", spy, other=target))

    def _lose(self, spy: Chan) -> None:
        last, spy.spied = spy.spied, None
        self.tell(Told("ChanSpyStop", spy))
        self._seek(spy, last)

    def press(self, channel_id: str, digit: str) -> None:
        """A key; ChanSpy's option d changes its mode, * goes to the group's next channel."""
        chan = self.chans.get(channel_id)
        if chan is not None:
            if chan.spied is not None and chan.group and digit == "*":
                self._lose(chan)
            if chan.spied is not None and digit in "456":
                chan.whisper = {"4": "none", "5": "out", "6": "both"}[digit]
            self.tell(Told("DTMF", chan, digit=digit))

    def make_bridge(self, bridge: str) -> None:
        """A bridge of an application."""
        if bridge not in self.bridges:
            self.bridges[bridge] = []
            self.tell(Told("BridgeCreated", bridge=bridge))

    def enter(self, bridge: str, chan: Chan) -> None:
        """The channel is in the bridge."""
        self.leave(chan)
        self.bridges.setdefault(bridge, []).append(chan.channel_id)
        chan.bridge = bridge
        self.tell(Told("BridgeEnter", chan, bridge))

    def leave(self, chan: Chan) -> None:
        """It is in none."""
        if chan.bridge is None:
            return
        bridge, chan.bridge = chan.bridge, None
        self.bridges[bridge].remove(chan.channel_id)
        self.tell(Told("BridgeLeave", chan, bridge))
        if bridge.startswith("call-") and not self.bridges[bridge]:
            self.destroy_bridge(bridge)

    def destroy_bridge(self, bridge: str) -> bool:
        """It is no more; its channels stay."""
        if bridge not in self.bridges:
            return False
        for member in list(self.bridges[bridge]):
            self.leave(self.chans[member])
        if self.bridges.pop(bridge, None) is not None:
            self.tell(Told("BridgeDestroyed", bridge=bridge))
        return True

    def end(self, channel_id: str) -> bool:
        """The channel is no more, nor what spies on it; an external media channel stays whatever it was for."""
        chan = self.chans.get(channel_id)
        if chan is None:
            return False
        self.leave(chan)
        del self.chans[channel_id]
        if chan.state != "Up":
            self.tell(Told("OriginateFailure", chan))
        self.tell(Told("Hangup", chan, cause=16))
        for spy in [each for each in self.chans.values() if each.spied == channel_id]:
            if spy.group:
                self._lose(spy)
            else:
                self.end(spy.channel_id)
        return True

    def ours(self, prefix: str = "earshot.") -> list[str]:
        """What bears our name: channels, bridges, and groups of channels that are not ours."""
        channels = [each for each in self.chans if each.startswith(prefix)]
        groups = [
            f"{chan.channel_id}:{group}"
            for chan in self.chans.values()
            for group in chan.variables.get("SPYGROUP", "").split(":")
            if group.startswith(prefix)
        ]
        return channels + [each for each in self.bridges if each.startswith(prefix)] + groups
