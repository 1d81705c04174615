"""Whether telephone speech is given a filled upper band before a model hears it."""

from pathlib import Path

from config.recognition import BandFilling, RecognitionSettings

_FRONT_END = (Path("conf/mfcc.conf"), Path("mfcc.conf"))
_TELEPHONE_TOP_HZ = 4_000
_KALDI_RATE_HZ = 16_000  # Kaldi's default where the file does not say it


def fills_band(model_dir: Path, settings: RecognitionSettings) -> bool:
    """By the setting; `auto`: where the model listens above the telephone's band.

    docs/decisions/009-band-filling.md has the measurements.
    """
    if settings.fill_band is not BandFilling.AUTO:
        return settings.fill_band is BandFilling.ALWAYS
    return listens_up_to_hz(model_dir) > _TELEPHONE_TOP_HZ


def listens_up_to_hz(model_dir: Path) -> float:
    """The top of the model's highest mel band, from its front end's options; 0 when they cannot be read."""
    options: dict[str, str] = {}
    for name in _FRONT_END:
        try:
            lines = (model_dir / name).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        options = dict(line.strip().lstrip("-").split("=", 1) for line in lines if "=" in line)
        break
    else:
        return 0.0
    try:
        rate_hz = float(options.get("sample-frequency", _KALDI_RATE_HZ))
        top_hz = float(options.get("high-freq", 0))
    except ValueError:
        return 0.0
    return top_hz if top_hz > 0 else rate_hz / 2 + top_hz  # Kaldi: 0 and less count from half the rate
