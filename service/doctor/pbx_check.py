"""Whether a PBX of the settings lets us in. Asks and logs out; changes nothing and takes nobody's place."""

import httpx

from config.pbx import PbxFeed, PbxSettings
from service.control.follower import LinkError
from service.control.text_link import TextLink
from service.doctor.finding import Finding, good, note, wrong
from streaming.wire.ami import AmiEvent, AmiGreeting, AmiMessage, AmiParser, encode_action
from streaming.wire.esl import EslEvent, EslMessage, EslParser, encode_command

_REACH = "is it running, is the port open, and may this machine reach it?"
_CURES = {
    "asterisk_ami": "manager.conf: enabled, user, secret, permit, read = call,agent,dtmf,user,reporting,dialplan",
    "asterisk_ari": "ari.conf: enabled, user and password; http.conf: enabled, bindaddr, port 8088",
    "freeswitch_esl": "event_socket.conf.xml: listen-ip, password, apply-inbound-acl with this machine's address",
}


async def pbx_finding(feed: PbxFeed, settings: PbxSettings) -> Finding:
    """One feed."""
    what = f"telephone system {feed.name}"
    try:
        match feed.kind:
            case "asterisk_ami":
                return good(what, f"AMI {await _ami(feed, settings)}, logged in")
            case "asterisk_ari":
                return await _ari(what, feed, settings)
            case "freeswitch_esl":
                await _esl(feed, settings)
                return good(what, "ESL, logged in")
            case "http":
                return note(what, "is posted to; nothing can be asked of it", "try: earshot doctor --url … --call …")
    except (LinkError, httpx.HTTPError) as error:
        reached = isinstance(error, LinkError) and not str(error).startswith("cannot connect")
        said = str(error) if isinstance(error, LinkError) else f"cannot connect: {type(error).__name__}"
        return wrong(what, said, _CURES[feed.kind] if reached else _REACH)


async def _ami(feed: PbxFeed, settings: PbxSettings) -> str:
    link = TextLink[AmiEvent](feed.url, 5038, AmiParser(), settings.answer_s)
    try:
        await link.open()
        greeting = await link.next()
        if not isinstance(greeting, AmiGreeting):
            raise LinkError("no manager interface of Asterisk answers there")
        secret = feed.password.get_secret_value()
        login = (("ActionID", "doctor-1"), ("Username", feed.user), ("Secret", secret), ("Events", "off"))
        await link.send(encode_action("Login", login))
        answer = await link.next()
        while isinstance(answer, AmiMessage) and not answer.get("Response"):
            answer = await link.next()
        if not isinstance(answer, AmiMessage) or answer.get("Response") != "Success":
            raise LinkError("the login was refused")
        await link.send(encode_action("Logoff", (("ActionID", "doctor-2"),)))
        return greeting.version
    finally:
        await link.close()


async def _esl(feed: PbxFeed, settings: PbxSettings) -> None:
    link = TextLink[EslEvent](feed.url, 8021, EslParser(), settings.answer_s)
    try:
        await link.open()
        greeting = await link.next()
        if not isinstance(greeting, EslMessage) or greeting.kind != "auth/request":
            raise LinkError("this address may not connect, or no event socket of FreeSWITCH answers there")
        await link.send(encode_command(f"auth {feed.password.get_secret_value()}"))
        answer = await link.next()
        if not isinstance(answer, EslMessage) or not answer.get("Reply-Text").startswith("+OK"):
            raise LinkError("the login was refused")
    finally:
        await link.close()


async def _ari(what: str, feed: PbxFeed, settings: PbxSettings) -> Finding:
    """By a question over HTTP: an event socket of the same application would end the node's own."""
    auth = (feed.user, feed.password.get_secret_value())
    async with httpx.AsyncClient(timeout=settings.answer_s, trust_env=False) as client:
        answer = await client.get(f"{feed.url.rstrip('/')}/ari/asterisk/info", auth=auth)
    if answer.status_code == 401:
        return wrong(what, "ARI refuses user or password", _CURES["asterisk_ari"])
    if answer.status_code != 200:
        return wrong(what, f"ARI answers {answer.status_code}", _CURES["asterisk_ari"])
    try:
        version = str(answer.json()["system"]["version"])
    except (ValueError, KeyError, TypeError):
        return wrong(what, "what answers there is no ARI", _CURES["asterisk_ari"])
    return good(what, f"ARI of Asterisk {version}, logged in")
