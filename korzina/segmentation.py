"""``segment``: a table to customer segments, in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from numbers import Integral
from os import PathLike

from korzina.given_data import Table, source_of
from korzina.spec_draft import SpecDraft, draft
from korzina.sweep_result import SweepResult
from pipeline.errors import SpecError, UsageError
from pipeline.spec import Spec, load_spec, shipped_specs

Progress = Callable[[str, float], None]


def segment(
    data: Table | None = None,
    spec: str | PathLike[str] | Spec | SpecDraft | None = None,
    *,
    k: Sequence[int] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    choose: int | None = None,
    reason: str = "",
    sample: int | None = None,
) -> SweepResult:
    """Clean a table, cluster it with KMeans for every k, choose one and describe its segments.

    Nothing is written, neither to the disk nor to a store: that is what ``SweepResult.log`` is for. Labels, inertia,
    silhouette, decision and cards are those of ``korzina train`` on the same data, to the last bit.

    Parameters
    ----------
    data
        A DataFrame (of pandas, Polars or another library that speaks Arrow) with one row a customer, or with purchases
        where the spec sums them up; the path of a CSV or Parquet file, a folder, a glob pattern, a database's URL; or
        DataFrames by table name for a spec that reads several tables. None: what the spec itself names
        (``segment(spec="complete_journey")``).
    spec
        The name of a spec that comes with Korzina, the path of a TOML file, a ``Spec``, or a ``SpecDraft``. None:
        drafted from the data, as ``draft`` does; what was assumed stands in ``SweepResult.spec`` and above its cards.
    k
        Numbers of segments to try: consecutive, the least at least 2. None: 2 to 12, and on to 20 where the best of
        those is the last.
    seed
        Every random choice derives from it.
    progress
        Called with the name of a stage and the fraction of it that is done, 0 to 1.
    choose, reason
        Your own number of segments in place of the recommended one, and why; kept with the decision as yours.
    sample
        Train on so many customers, drawn by their ids; None: on all.

    Returns
    -------
    SweepResult
        Customers, labels, runs, decision, segments and figures.

    Raises
    ------
    InputError
        The data cannot be read or hold too little; as ``SpecError`` where the spec is at fault or a question is open.
    UsageError
        The arguments make no sense together.

    Examples
    --------
    >>> result = segment("customers.parquet", k=range(2, 6))
    >>> int(result.labels.nunique()) == result.decision.k
    True

    """
    if choose is not None and not reason.strip():
        raise UsageError.because("choose needs a reason", remedy='add reason="..."')
    return _segment(data, spec, _ends(k), _seed(seed), progress, choose, reason, sample)


def _segment(
    data: Table | None,
    spec: str | PathLike[str] | Spec | SpecDraft | None,
    ends: tuple[int, int | None],
    seed: int,
    progress: Progress | None,
    choose: int | None,
    reason: str,
    sample: int | None,
) -> SweepResult:
    from pipeline.helper_tasks import prepare_analysis
    from pipeline.processors import process_helper
    from pipeline.stages import Options
    from pipeline.stopwatch import Stopwatch
    from pipeline.train import analyse_source

    if data is None and spec is None:
        raise UsageError.because(
            "nothing to segment",
            expected='data, or a spec that names its own: segment(customers) or segment(spec="complete_journey")',
        )
    drafted = spec if isinstance(spec, SpecDraft) else draft(data) if data is not None and spec is None else None
    meant = drafted.spec if drafted is not None else resolve(spec)
    _refuse_open_questions(meant)
    options = Options(
        k_min=ends[0],
        k_max=ends[1],
        seed=seed,
        choose=choose,
        choose_reason=reason,
        bounds=(meant.segments.min, meant.segments.max),
        sample=sample,
    )
    with process_helper() as helper:
        helper.submit(prepare_analysis)
        source = source_of(data) if data is not None else None
        analysis = analyse_source(meant, source, options, helper=helper, watch=Stopwatch(progress))
    return SweepResult(analysis, drafted, analysis.training.decision.k)


def _refuse_open_questions(spec: Spec) -> None:
    """As the command line does, with the call that answers."""
    if not spec.questions:
        return
    question = spec.questions[0]
    answers = {question.key: next(iter(question.choices), "COLUMN")}
    raise SpecError.because(
        f"{spec.path or spec.name}: question {question.key!r} is open: {question.ask}",
        expected=f"one of {', '.join(question.choices)}" if question.choices else "an answer",
        remedy=f"segment(data, spec=korzina.draft(data, answers={answers})); "
        "draft(data).questions says what speaks for each",
    )


def resolve(spec: str | PathLike[str] | Spec | SpecDraft | None) -> Spec:
    """The spec that is meant: itself, a shipped one by its name, or a file; raises ``SpecError``."""
    if isinstance(spec, Spec):
        return spec
    if isinstance(spec, SpecDraft):
        return spec.spec
    if isinstance(spec, PathLike) or (isinstance(spec, str) and (spec.endswith(".toml") or spec in shipped_specs())):
        return load_spec(str(spec))
    raise UsageError.because(
        "spec is not known",
        expected=f"one of {', '.join(shipped_specs())}, the path of a file NAME.toml, a Spec or a SpecDraft",
        found=repr(spec)[:120],
    )


def _seed(seed: int) -> int:
    if not isinstance(seed, Integral) or not 0 <= seed < 2**32:
        raise UsageError.because(
            "seed is no such number", expected="a whole number from 0 to 4294967295", found=repr(seed)
        )
    return int(seed)


def _ends(ks: Sequence[int] | None) -> tuple[int, int | None]:
    if ks is None:
        return 2, None
    wanted = list(ks) if isinstance(ks, Iterable) else []
    whole = all(isinstance(k, Integral) and not isinstance(k, bool) for k in wanted)
    if not wanted or not whole or wanted != list(range(wanted[0], wanted[0] + len(wanted))) or wanted[0] < 2:
        raise UsageError.because(
            "k does not say which numbers of segments to try",
            expected="consecutive numbers from 2 on, as range(2, 13)",
            found=repr(ks)[:120],
        )
    return int(wanted[0]), int(wanted[-1])
