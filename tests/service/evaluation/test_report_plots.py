"""Plots of an evaluation: drawings with the names and figures in them."""

from service.evaluation.report_plots import bars, confusion, latencies, rocs, strips
from service.evaluation.scorecard import StripMark


def test_every_plot_is_a_drawing_with_its_names_in_it() -> None:
    drawn = [
        bars({"dead_air": 0.5, "talk_over": 1.0}, 1.0),
        latencies({"dead_air": [160, 170], "talk_over": [340]}),
        confusion({("dead_air", "dead_air"): 3, ("dead_air", "nothing"): 1, ("nothing", "talk_over"): 2}),
        strips({"call 1": (20_000, [StripMark("dead_air", 1_000, 4_000, said=False, wrong=True)])}),
        rocs({"emodb": [(0.0, 0.0), (0.0, 0.9), (1.0, 1.0)], "dead_air": [(0.0, 0.0), (1.0, 1.0)]}),
    ]
    for svg in drawn:
        assert svg.startswith("<svg")
        assert svg.rstrip().endswith("</svg>")
        assert "dead_air" in svg
    assert "nothing" in drawn[2]
    assert "call 1" in drawn[3]


def test_drawings_on_one_page_do_not_share_names() -> None:
    one, other = bars({"a": 0.5}, 1.0), bars({"a": 0.5, "b": 0.2}, 1.0)
    assert one != other
