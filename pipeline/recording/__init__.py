"""What a run leaves behind: metrics, tables, words, plots and the model, ready for the store."""

from pipeline.recording.counting import count_everybody, placed_by
from pipeline.recording.drafts import drafts, remove_left
from pipeline.recording.model import unwritten_models, write_models
from pipeline.recording.record import (
    draw,
    draw_curves,
    drawable,
    prepare_drawing,
    record_training,
)
from pipeline.recording.run_metrics import ui_profiles
from pipeline.recording.with_everybody import with_everybody

__all__ = [
    "count_everybody",
    "drafts",
    "draw",
    "draw_curves",
    "drawable",
    "placed_by",
    "prepare_drawing",
    "record_training",
    "remove_left",
    "ui_profiles",
    "unwritten_models",
    "with_everybody",
    "write_models",
]
