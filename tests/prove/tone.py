"""How well the tone tells angry from neutral speech, per corpus, over a telephone: `python -m tests.prove.tone`.

The same as `earshot evaluate emotion DIR`, on the corpora beside the checkout.
"""

from pathlib import Path

from config.settings import Settings
from service.evaluation.emotion import judge_emotion
from streaming.silero import SileroVoice
from tests.prove.report import table, write_block

_CORPORA = Path(__file__).parents[3] / "shared" / "data" / "emotion"  # evaluation only: never copied, never shipped


def main() -> None:
    """Write one line per corpus."""
    if not (_CORPORA / "labels.csv").exists():
        print("the corpora of emotional speech are not beside the checkout; nothing to measure")  # noqa: T201
        return
    card = judge_emotion(_CORPORA, Settings(), SileroVoice(), lambda share: None)
    (told,) = card.tables
    write_block(
        "tone", card.title, "python -m tests.prove.tone", table(list(told.head), [list(row) for row in told.rows])
    )


if __name__ == "__main__":
    main()
