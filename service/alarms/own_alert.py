"""An alert about Earshot itself: its words in both languages, and by what the next start knows it again."""

from datetime import datetime

from alerts.alert import Alert, AlertState, ByLanguage, Evidence, Kind, Measure, Severity, Timing
from alerts.desk import ulid_at
from config.settings import Language

OWN_CALL = "earshot"  # where an alert names its call, those about the service name the service
_NODE = "node"
_WORDS = {  # title and advice, Chinese first
    Kind.SERVICE_STORE: (
        ("数据库无法写入，告警暂存于内存", "检查磁盘空间与数据库；监听不受影响，恢复后自动补写。"),
        (
            "The database cannot be written; alerts wait in memory",
            "Look after the disk and the database. Listening goes on; what waits is written when it works again.",
        ),
    ),
    Kind.SERVICE_LATENCY: (
        ("告警出现延迟", "处理器或磁盘繁忙：查看指标，减少本节点的通话或增加节点。"),
        (
            "Alerts come late",
            "Processor or disk is full: look at /metrics; fewer calls on this node, or a further node.",
        ),
    ),
    Kind.SERVICE_AUDIO: (
        ("收不到电话系统的声音", "检查电话系统的音频分流、网络与连接;`earshot doctor` 会指出原因。"),
        (
            "No sound comes from the PBX",
            "Look after its audio fork, the network and the link; `earshot doctor` says more.",
        ),
    ),
    Kind.SERVICE_MODEL: (
        ("语音模型不工作，通话仅按声音判断", "查看 /readyz 与日志;`earshot models list` 显示模型是否完整。"),
        (
            "The speech model does not work; calls are judged by sound alone",
            "Look at /readyz and the log; `earshot models list` says whether the model is whole.",
        ),
    ),
    Kind.SERVICE_DISK: (
        ("磁盘空间即将用尽", "清理磁盘，或在设置中缩短保留期限；磁盘写满后录音和片段会停止保存。"),
        (
            "The disk is nearly full",
            "Free some, or shorten retention in the settings: when it is full, clips and recordings are not kept.",
        ),
    ),
    Kind.SERVICE_CLOCK: (
        ("系统时钟不准", "在所有机器上启用 NTP:告警时间与签名都依赖时钟。"),
        ("The clock is wrong", "Run NTP on every machine: the times of alerts and signatures depend on it."),
    ),
}


def own_alert(kind: Kind, severity: Severity, why: str, node: str, language: Language, now_at: datetime) -> Alert:
    """Open from now on. `node` is the same after a restart of the node."""
    (title_zh, advice_zh), (title_en, advice_en) = _WORDS[kind]
    in_english = language is Language.EN
    return Alert(
        alert_id=ulid_at(now_at),
        version=1,
        kind=kind,
        rule=kind.value.replace("_", ".", 1),
        severity=severity,
        state=AlertState.OPEN,
        call_id=OWN_CALL,
        leg=None,
        agent_id=None,
        queue=None,
        team=None,
        title=title_en if in_english else title_zh,
        advice=advice_en if in_english else advice_zh,
        advice_by_language=ByLanguage(advice_zh, advice_en),
        title_by_language=ByLanguage(title_zh, title_en),
        clause=None,
        evidence=Evidence(0, 0, (Measure("failure", why), Measure(_NODE, node))),
        opened_at=now_at,
        updated_at=now_at,
        timing=Timing(0, now_at, now_at),
    )


def is_of_node(alert: Alert, node: str) -> bool:
    """Whether it is an alert about this node, perhaps of its life before a restart."""
    return alert.call_id == OWN_CALL and alert.kind in _WORDS and Measure(_NODE, node) in alert.evidence.values
