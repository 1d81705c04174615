"""A FreeSWITCH with its event socket, as far as calls, eavesdrop, intercept and audio forks go; faults on demand."""

import asyncio
import itertools
import json
import re
import shlex
from dataclasses import dataclass, field
from urllib.parse import quote

from tests.fakes.pbx_servers import PASSWORD, EslServer

_ORIGINATE = re.compile(
    r"originate \{(?P<vars>[^}]*)\}(?P<endpoint>\S+) (&(?P<app>\w+)\((?P<argument>[^)]*)\)|(?P<plan>\S+) inline)"
)


@dataclass(slots=True)
class Leg:
    """A channel."""

    uuid: str
    name: str
    answered: bool = False
    peer: str | None = None
    application: str = ""
    argument: str = ""
    mode: str = "0"  # of an eavesdropper: the last key that counts
    plan: list[tuple[str, str]] = field(default_factory=list)  # applications that follow the one it runs
    forks: dict[str, str] = field(default_factory=dict)  # by name of the media bug: where it sends to


class FreeSwitchBox(EslServer):
    """Faults: `refuse` (the next commands that change something fail), `lose` (done, and the link breaks)."""

    def __init__(self) -> None:
        super().__init__()
        self.chans: dict[str, Leg] = {}
        self.refuse = 0
        self.lose = 0
        self.ringing_fails = False
        self.forbidden: set[str] = set()  # legs that nobody may eavesdrop on (eavesdrop_require_group)
        self.modules = {"mod_audio_fork"}
        self.commands: list[str] = []
        self.piece_bytes = 1_000
        self._numbers = itertools.count(1)

    # --- what people do ----------------------------------------------------------------------------------------

    async def call(self, agent: str = "1007") -> tuple[str, str]:
        """A customer and an agent talk; uuids of (customer, agent)."""
        number = next(self._numbers)
        customer = Leg(f"aaaaaaaa-0000-4000-8000-{number:012d}", f"sofia/external/555{number}@carrier", True)
        phone = Leg(f"bbbbbbbb-0000-4000-8000-{number:012d}", f"sofia/internal/{agent}@10.0.0.9", True)
        customer.peer, phone.peer = phone.uuid, customer.uuid
        for leg in (customer, phone):
            self.chans[leg.uuid] = leg
            await self._tell("CHANNEL_CREATE", leg)
        await self._bridged(customer, phone)
        return customer.uuid, phone.uuid

    async def hang_up(self, uuid: str, disposition: str = "recv_bye", cause: str = "NORMAL_CLEARING") -> None:
        """A phone says goodbye, or the system ends it; its peer and who eavesdrops on it go too."""
        leg = self.chans.pop(uuid, None)
        if leg is None:
            return
        await self._tell(
            "CHANNEL_HANGUP_COMPLETE", leg, Hangup_Cause=cause, variable_sip_hangup_disposition=disposition
        )
        if leg.peer in self.chans:
            self.chans[leg.peer].peer = None
            await self.hang_up(leg.peer, "send_bye", cause)
        for spy in [each for each in self.chans.values() if each.argument == uuid and each.answered]:
            await self._execute(spy)

    async def hand_over(self, uuid: str, to: str = "1008") -> str:
        """A blind transfer: the customer waits while another telephone rings; its uuid."""
        agent = self.chans[uuid]
        self.chans[agent.peer or ""].peer, agent.peer = None, None
        await self.hang_up(uuid, "send_bye", "BLIND_TRANSFER")
        number = next(self._numbers)
        phone = Leg(f"bbbbbbbb-0000-4000-8000-{number:012d}", f"sofia/internal/{to}@10.0.0.9")
        self.chans[phone.uuid] = phone
        await self._tell("CHANNEL_CREATE", phone)
        return phone.uuid

    async def take_up(self, customer: str, uuid: str) -> None:
        """The telephone is picked up, and the two talk."""
        leg, phone = self.chans[customer], self.chans[uuid]
        leg.peer, phone.peer, phone.answered = phone.uuid, leg.uuid, True
        await self._bridged(leg, phone)

    async def transfer(self, uuid: str, to: str = "1008") -> str:
        """An attended one: another telephone was asked before, and comes to the customer; its uuid."""
        agent = self.chans[uuid]
        customer, agent.peer = agent.peer or "", None
        number = next(self._numbers)
        phone = Leg(f"bbbbbbbb-0000-4000-8000-{number:012d}", f"sofia/internal/{to}@10.0.0.9", True)
        self.chans[phone.uuid] = phone
        await self._tell("CHANNEL_CREATE", phone)
        await self.take_up(customer, phone.uuid)
        await self.hang_up(uuid, "send_bye", "ATTENDED_TRANSFER")
        return phone.uuid

    async def answer(self, uuid: str) -> bool:
        """A ringing telephone is picked up; whether it was ringing."""
        leg = self.chans.get(uuid)
        if leg is None or leg.answered:
            return False
        leg.answered = True
        await self._tell("CHANNEL_ANSWER", leg)
        await self._execute(leg)
        return True

    async def _execute(self, leg: Leg) -> None:
        """The next application; one whose target is not there is over at once, and after the last the leg ends."""
        while leg.plan:
            leg.application, leg.argument = leg.plan.pop(0)
            leg.mode = "0"
            target = self.chans.get(leg.argument)
            if leg.application == "intercept" and target is None:
                continue
            await self._tell("CHANNEL_EXECUTE", leg, Application=leg.application, Application_Data=leg.argument)
            if leg.application == "intercept" and target is not None:
                old = self.chans.get(target.peer or "")
                target.peer, leg.peer, leg.argument = leg.uuid, target.uuid, ""
                if old is not None:
                    old.peer = None
                    await self.hang_up(old.uuid, "send_bye", "PICKED_OFF")
                await self._bridged(leg, target)
            if leg.application == "park" or (target is not None and leg.argument not in self.forbidden):
                return
        await self.hang_up(leg.uuid, "send_bye")

    async def press(self, uuid: str, digit: str) -> None:
        """A key of a phone."""
        if (leg := self.chans.get(uuid)) is not None:
            leg.mode = digit if leg.application == "eavesdrop" and leg.answered else leg.mode
            await self._tell("DTMF", leg, DTMF_Digit=digit)

    def ours(self, prefix: str = "earshot.") -> list[str]:
        """What bears our name."""
        return [uuid for uuid in self.chans if uuid.startswith(prefix)]

    # --- the event socket --------------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader) -> None:
        await self.send(b"Content-Type: auth/request\n\n")
        while True:
            command = (await reader.readuntil(b"\n\n")).decode().strip()
            if command.startswith("auth "):
                right = command == f"auth {PASSWORD}"
                self.logins += right
                await self._reply("+OK accepted" if right else "-ERR invalid")
            elif command.startswith("event plain "):
                await self._reply("+OK event listener enabled plain")
            elif command == "api show channels as json":
                await self._rows(
                    [{"uuid": leg.uuid, "name": leg.name, "application": leg.application if leg.answered else ""}
                     for leg in self.chans.values()]
                )  # fmt: skip
            elif command == "api show calls as json":
                pairs = [leg for leg in self.chans.values() if leg.peer in self.chans and leg.uuid.startswith("aaaa")]
                await self._rows([{"uuid": leg.uuid, "name": leg.name, "b_uuid": leg.peer or ""} for leg in pairs])
                self._ready.set()
            else:
                await self._do(command)

    async def _do(self, command: str) -> None:
        kind, _, what = command.partition(" ")
        self.commands.append(what)
        refused = self.refuse > 0 and not what.startswith(("module_exists", "version"))
        self.refuse -= refused
        said = "-ERR refused" if refused else await self._done(what, kind)
        if self.lose and not what.startswith(("module_exists", "version")):
            self.lose -= 1
            self.drop()
            return
        if kind == "api":
            await self._answer(said + "\n")
            return
        job = f"job-{next(self._numbers)}"
        await self.send(f"Content-Type: command/reply\nReply-Text: +OK Job-UUID: {job}\nJob-UUID: {job}\n\n".encode())
        if said.startswith("-ERR"):
            await self._event(
                f"Event-Name: BACKGROUND_JOB\nJob-UUID: {job}\nContent-Length: {len(said) + 1}", said + "\n"
            )

    async def _done(self, what: str, kind: str) -> str:
        words = shlex.split(what)
        match words:
            case ["originate", *_]:
                found = _ORIGINATE.fullmatch(what)
                assert found is not None, what
                assert kind == "bgapi", "it would hold the link up"
                variables = dict(pair.split("=", 1) for pair in found["vars"].split(","))
                if self.ringing_fails:
                    return "-ERR USER_NOT_REGISTERED"
                leg = Leg(variables["origination_uuid"], f"sofia/internal/{found['endpoint'].split('/')[-1]}@pbx")
                leg.plan = _plan(found["plan"]) if found["plan"] else [(found["app"], found["argument"])]
                leg.application = leg.plan[0][0]
                self.chans[leg.uuid] = leg
                await self._tell("CHANNEL_CREATE", leg)
                return f"+OK {leg.uuid}"
            case ["uuid_kill", uuid, *_]:
                if uuid not in self.chans:
                    return "-ERR No such channel!"
                await self.hang_up(uuid, "send_bye")
                return "+OK"
            case ["uuid_transfer", uuid, plan, "inline"]:
                if (moved := self.chans.get(uuid)) is None:
                    return "-ERR No such channel!"
                moved.plan = _plan(plan)
                await self._execute(moved)
                return "+OK"
            case ["uuid_recv_dtmf", uuid, digit]:
                if uuid not in self.chans:
                    return "-ERR No such channel!"
                await self.press(uuid, digit)
                return "+OK"
            case ["module_exists", name]:
                return "true" if name in self.modules else "false"
            case [("uuid_audio_fork" | "uuid_audio_stream") as command, uuid, act, *rest]:
                return self._fork(command, uuid, act, rest)
            case _:
                return "FreeSWITCH Version 1.10.12"

    def _fork(self, command: str, uuid: str, act: str, rest: list[str]) -> str:
        leg = self.chans.get(uuid)
        if command.replace("uuid", "mod") not in self.modules:
            return f"-ERR {command} command not found"
        if leg is None:
            return "-ERR Operation Failed"
        name = "bug"
        if command == "uuid_audio_fork":
            name = rest[3] if act == "start" else rest[0] if rest else "bug"
        if act == "stop":
            return "+OK Success" if leg.forks.pop(name, None) is not None else "-ERR Operation Failed"
        if name in leg.forks:
            return "-ERR Operation Failed"
        leg.forks[name] = rest[0]
        return "+OK Success"

    async def _bridged(self, a: Leg, b: Leg) -> None:
        await self._tell("CHANNEL_BRIDGE", a, Bridge_A_Unique_ID=a.uuid, Bridge_B_Unique_ID=b.uuid)

    async def _tell(self, name: str, leg: Leg, **headers: str) -> None:
        named = {key if key.startswith("variable_") else key.replace("_", "-"): value for key, value in headers.items()}
        lines = {"Event-Name": name, "Unique-ID": leg.uuid, "Channel-Name": leg.name, **named}
        await self._event("\n".join(f"{key}: {quote(value)}" for key, value in lines.items()), "")

    async def _event(self, headers: str, body: str) -> None:
        if self._writer is None or not self._ready.is_set():
            return
        text = f"{headers}\n\n{body}"
        await self.send(f"Content-Length: {len(text)}\nContent-Type: text/event-plain\n\n{text}".encode())

    async def _rows(self, rows: list[dict[str, str]]) -> None:
        await self._answer(json.dumps({"row_count": len(rows), **({"rows": rows} if rows else {})}))


def _plan(said: str) -> list[tuple[str, str]]:
    """An inline dialplan: `eavesdrop:<uuid>,park`."""
    return [(app, argument) for app, _, argument in (each.partition(":") for each in said.split(","))]
