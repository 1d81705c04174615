"""The manager interface (AMI) of `Asterisk`: what is done by actions, what happens as events, with faults on demand."""

import asyncio

from tests.fakes.asterisk_model import Asterisk, Chan, Told
from tests.fakes.pbx_servers import PASSWORD, USER, _LineServer

_CHANGES = ("Originate", "Hangup", "PlayDTMF", "Setvar")
_ALLOWED: tuple[str, ...] = (*_CHANGES, "Getvar", "QueueStatus", "CoreShowChannels", "Ping")


class AmiFace(_LineServer):
    """Faults: `refuse` (the next actions that change something fail), `lose` (done, and the link breaks)."""

    def __init__(self, box: Asterisk) -> None:
        super().__init__()
        self.box = box
        self.actions: list[dict[str, str]] = []
        self.allowed = _ALLOWED
        self.refuse = 0
        self.lose = 0
        self.piece_bytes = 1_000
        self.queues = ""  # the rows of QueueStatus as they stand on the wire; {} is where the ActionID goes
        box.told.append(self._told)

    async def _serve(self, reader: asyncio.StreamReader) -> None:
        await self.send(b"Asterisk Call Manager/11.0.0\r\n")
        logged_in = False
        while True:
            text = (await reader.readuntil(b"\r\n\r\n")).decode()
            action = dict(line.split(": ", 1) for line in text.split("\r\n") if line)
            self.actions.append(action)
            name, named = action["Action"], f"ActionID: {action['ActionID']}\r\n"
            if name == "Login":
                logged_in = (action["Username"], action["Secret"]) == (USER, PASSWORD)
                self.logins += logged_in
                said = "Success\r\n{}Message: Authentication accepted" if logged_in else "Error\r\n{}Message: failed"
                await self.send(f"Response: {said.format(named)}\r\n\r\n".encode())
            elif not logged_in or (name != "ListCommands" and name not in self.allowed):
                await self._say("Error", named, "Permission denied")
            else:
                await self._do(name, named, action)

    async def _do(self, name: str, named: str, action: dict[str, str]) -> None:
        if name in _CHANGES and self.refuse:
            self.refuse -= 1
            await self._say("Error", named, "Originate failed")
            return
        match name:
            case "ListCommands":
                rows = "".join(f"{each}: Does so.  (Priv: call,all)\r\n" for each in self.allowed)
                await self.send(f"Response: Success\r\n{named}{rows}\r\n".encode())
            case "CoreShowChannels":
                await self.send(f"Response: Success\r\n{named}EventList: start\r\n\r\n".encode())
                for chan in list(self.box.chans.values()):
                    row = f"Event: CoreShowChannel\r\n{named}{_lines(chan)}BridgeId: {chan.bridge or ''}\r\n\r\n"
                    await self.send(row.encode())
                await self.send(f"Event: CoreShowChannelsComplete\r\n{named}EventList: Complete\r\n\r\n".encode())
                self._ready.set()
            case "QueueStatus":
                await self.send(f"Response: Success\r\n{named}EventList: start\r\n\r\n".encode())
                await self.send(self.queues.replace("{}", named).encode())
                await self.send(f"Event: QueueStatusComplete\r\n{named}EventList: Complete\r\n\r\n".encode())
            case "Originate":
                if self.box.named(action["ChannelId"]) is not None:
                    await self._say("Error", named, "Channel with given unique ID already exists")
                    return
                await self._say("Success", named, "Originate successfully queued", before=lambda: self._ring(action))
            case "Hangup":
                target = self.box.named(action["Channel"])
                if target is None:
                    await self._say("Error", named, "No such channel")
                    return
                ended = target.channel_id
                await self._say("Success", named, "Channel Hungup", before=lambda: self.box.hang_up(ended, soft=True))
            case "Getvar":
                target = self.box.named(action["Channel"])
                if target is None:
                    await self._say("Error", named, "No such channel")
                    return
                value = target.variables.get(action["Variable"], "")
                said = f"Variable: {action['Variable']}\r\nValue: {value}\r\n"
                await self.send(f"Response: Success\r\n{named}{said}\r\n".encode())
            case "Setvar":
                target = self.box.named(action["Channel"])
                if target is None:
                    await self._say("Error", named, "No such channel")
                    return
                chan, variable, value = target, action["Variable"], action.get("Value", "")
                await self._say(
                    "Success", named, "Variable Set", before=lambda: self.box.set_variable(chan, variable, value)
                )
            case "PlayDTMF":
                target = self.box.named(action["Channel"])
                if target is None:
                    await self._say("Error", named, "Channel not found")
                    return
                self.box.press(target.channel_id, action["Digit"])
                await self._say("Success", named, "DTMF successfully queued")
            case _:
                await self._say("Success", named, "Pong")

    async def _say(self, response: str, named: str, message: str, before: object = None) -> None:
        if callable(before):
            before()
        if self.lose:
            self.lose -= 1
            self.drop()
            return
        await self.send(f"Response: {response}\r\n{named}Message: {message}\r\n\r\n".encode())

    def _ring(self, action: dict[str, str]) -> None:
        def answered(chan: Chan) -> None:
            application, arguments = action["Application"], action["Data"]
            if application == "Bridge":
                customer = self.box.named(arguments)
                self.box.take_over(customer.channel_id if customer is not None else "", chan)
            elif action["Channel"].startswith("AudioSocket/"):
                chan.stream = action["Channel"].split("/")[2]
                self.box.spy(chan, *arguments.split(",", 1))
            else:
                self.box.spy(chan, *arguments.split(",", 1))

        chan = self.box.originate(action["ChannelId"], action["Channel"], answered, action["ActionID"])
        if self.box.ringing_fails:
            self.box.end(chan.channel_id)
        elif action["Channel"].startswith("AudioSocket/"):
            asyncio.get_running_loop().call_later(0.002, self.box.answer, chan.channel_id)

    def _told(self, told: Told) -> None:
        if self._writer is None or not self.logins:
            return
        chan, other = told.chan, told.other
        lines = _lines(chan) if chan is not None else ""
        match told.what:
            case "Newchannel" | "Newstate":
                text = f"Event: {told.what}\r\n{lines}"
            case "Hangup":
                text = f"Event: Hangup\r\n{lines}Cause: {told.cause}\r\nCause-txt: Normal Clearing\r\n"
            case "HangupRequest":
                if told.soft:
                    return  # the action Hangup leaves no request
                text = f"Event: HangupRequest\r\n{lines}Cause: {told.cause}\r\n"
            case "BridgeEnter" | "BridgeLeave":
                text = f"Event: {told.what}\r\nBridgeUniqueid: {told.bridge}\r\n{lines}"
            case "Dial" if other is not None:
                peer = f"DestChannel: {other.name}\r\nDestUniqueid: {other.channel_id}\r\n"
                text = f"Event: DialBegin\r\n{lines}{peer}"
            case "ChanSpyStart" if chan is not None and other is not None:
                spyer = f"SpyerChannel: {chan.name}\r\nSpyerUniqueid: {chan.channel_id}\r\n"
                text = (
                    f"Event: ChanSpyStart\r\n{spyer}SpyeeChannel: {other.name}\r\nSpyeeUniqueid: {other.channel_id}\r\n"
                )
            case "ChanSpyStop" if chan is not None:
                text = f"Event: ChanSpyStop\r\nSpyerChannel: {chan.name}\r\nSpyerUniqueid: {chan.channel_id}\r\n"
            case "BlindTransfer" | "AttendedTransfer" if chan is not None and other is not None:
                who = "Transferer" if told.what == "BlindTransfer" else "OrigTransferer"
                from_ = f"{who}Channel: {chan.name}\r\n{who}Uniqueid: {chan.channel_id}\r\n"
                whom = f"TransfereeChannel: {other.name}\r\nTransfereeUniqueid: {other.channel_id}\r\n"
                text = f"Event: {told.what}\r\nResult: Success\r\n{from_}{whom}"
            case "DTMF":
                text = f"Event: DTMFEnd\r\n{lines}Digit: {told.digit}\r\nDirection: Received\r\n"
            case "OriginateSuccess" | "OriginateFailure" if chan is not None and chan.action_id:
                failed = told.what == "OriginateFailure"
                whose = f"ActionID: {chan.action_id}\r\nResponse: {'Failure' if failed else 'Success'}\r\n"
                text = f"Event: OriginateResponse\r\n{whose}Uniqueid: {'<null>' if failed else chan.channel_id}\r\n"
            case _:
                return
        self._writer.write(f"{text}\r\n".encode())


def _lines(chan: Chan) -> str:
    return f"Channel: {chan.name}\r\nUniqueid: {chan.channel_id}\r\nChannelStateDesc: {chan.state}\r\n"
