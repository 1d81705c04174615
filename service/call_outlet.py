"""What a live call hands out, and to whom: the one interface between a call and everything outside it."""

from typing import TYPE_CHECKING, Protocol

from alerts.alert import Alert
from streaming.frames import AudioFrame
from web.sources import CallLevels, TranscriptLine

if TYPE_CHECKING:
    from service.live_call import LiveCall


class CallOutlet(Protocol):
    """Where everything a call yields goes. No method waits."""

    def alert(self, alert: Alert) -> None:
        """A new version of an alert."""
        ...

    def transcript(self, line: TranscriptLine) -> None:
        """A new revision of an utterance."""
        ...

    def levels(self, levels: CallLevels) -> None:
        """A batch of levels."""
        ...

    def changed(self, call: "LiveCall") -> None:
        """State, coverage, risk or verdict of the call changed."""
        ...

    def listened(self, name: str) -> bool:
        """Whether anybody hears the sound that goes by this name: the call's id, or its `bleeped_name`."""
        ...

    def sound(self, name: str, agent: AudioFrame | None, customer: AudioFrame | None) -> None:
        """20 ms of the call for those who hear the sound of that name."""
        ...
