"""A profile is a copy with other options; what the user has installed is not touched."""

from pathlib import Path

import pytest

from config.recognition import DecodingProfile
from service.recognition.model_profile import profiled

_SHIPPED = (
    "--min-active=200\n--max-active=3000\n--beam=10.0\n--lattice-beam=2.0\n--endpoint.rule2.min-trailing-silence=0.5\n"
)


_FRONT_END = "--num-ceps=40\n"


def _model(tmp_path: Path, options: str | None = _SHIPPED) -> Path:
    for name in ("am/final.mdl", "conf/mfcc.conf", "graph/Gr.fst"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(_FRONT_END if name.endswith(".conf") else name, encoding="utf-8")
    if options is not None:
        (tmp_path / "conf/model.conf").write_text(options, encoding="utf-8")
    return tmp_path


def _options(folder: Path) -> dict[str, str]:
    lines = (folder / "conf/model.conf").read_text(encoding="utf-8").splitlines()
    assert len({line.partition("=")[0] for line in lines}) == len(lines)
    return {name.removeprefix("--"): value for name, _, value in (line.partition("=") for line in lines)}


@pytest.mark.parametrize(
    ("profile", "active", "beam"),
    [(DecodingProfile.BALANCED, ("50", "1500"), "10.0"), (DecodingProfile.ECONOMY, ("50", "1500"), "8")],
)
def test_a_profile_bounds_the_search_and_keeps_the_rest(
    tmp_path: Path, profile: DecodingProfile, active: tuple[str, str], beam: str
) -> None:
    model = _model(tmp_path)
    with profiled(model, profile) as copy:
        options = _options(copy)
        assert (options["min-active"], options["max-active"], options["beam"]) == (*active, beam)
        assert options["endpoint.rule2.min-trailing-silence"] == "0.5"
        assert (copy / "conf/mfcc.conf").read_text(encoding="utf-8") == "--num-ceps=40\n--dither=0\n"
        assert (copy / "graph/Gr.fst").read_text(encoding="utf-8") == "graph/Gr.fst"
    assert not copy.exists()
    assert (model / "conf/model.conf").read_text(encoding="utf-8") == _SHIPPED
    assert (model / "graph/Gr.fst").is_file()


def test_what_a_model_bounds_more_tightly_stays(tmp_path: Path) -> None:
    with profiled(_model(tmp_path, "--max-active=900\n--beam=7\n"), DecodingProfile.ECONOMY) as copy:
        options = _options(copy)
    assert (float(options["max-active"]), float(options["beam"])) == (900, 7)


@pytest.mark.parametrize(
    ("options", "profile"),
    [(_SHIPPED, DecodingProfile.ACCURATE), (None, DecodingProfile.BALANCED)],
    ids=["as shipped", "no options file"],
)
def test_where_no_search_is_bounded_the_noise_alone_is_ours(
    tmp_path: Path, options: str | None, profile: DecodingProfile
) -> None:
    model = _model(tmp_path, options)
    with profiled(model, profile) as copy:
        assert (copy / "conf/mfcc.conf").read_text(encoding="utf-8") == f"{_FRONT_END}--dither=0\n"
        assert (copy / "conf/model.conf").exists() is (options is not None)
        assert options is None or (copy / "conf/model.conf").read_text(encoding="utf-8") == options
    assert (model / "conf/mfcc.conf").read_text(encoding="utf-8") == _FRONT_END


def test_where_there_is_nothing_to_change_the_folder_itself_is_loaded(tmp_path: Path) -> None:
    model = _model(tmp_path)
    (model / "conf/mfcc.conf").write_text("--dither=0.5\n", encoding="utf-8")  # the model's own
    with profiled(model, DecodingProfile.ACCURATE) as folder:
        assert folder == model


def test_a_relative_folder_is_linked_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _model(tmp_path)
    monkeypatch.chdir(tmp_path.parent)
    with profiled(Path(tmp_path.name), DecodingProfile.BALANCED) as copy:
        assert (copy / "am/final.mdl").read_text(encoding="utf-8") == "am/final.mdl"
