"""Fitting models of customer value, against lifetimes 0.11.3 on the same made-up customers.

    python -m benchmarks.clv [--rounds 3] [--customers 1000000] [--cap 120] [--models bg_nbd gamma_gamma pareto_nbd]

lifetimes is installed into a virtual environment of the benchmark, with the releases of numpy, scipy and pandas it
works with. The sides take turns in fresh processes; medians of their CPU seconds are divided. Both
must reach the same log likelihood, by our formula. Pareto/NBD is compared at the largest number of customers that
lifetimes fits within ``--cap`` CPU seconds. Before that we fit and score 10 million customers alone, for the memory.
Results go to ``benchmarks/results/clv.json``, where those of models not asked for stay as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import harness
from benchmarks.harness import ROOT, circumstances, environment, peak_megabytes

RESULTS = harness.RESULTS / "clv.json"
PINS = ("lifetimes==0.11.3", "numpy<2", "scipy<1.12", "pandas<2.1", "autograd<1.7", "setuptools<81")
ASKED = {"bg_nbd": 50, "gamma_gamma": 50, "pareto_nbd": 100}  # how many times as fast we are to be
PARETO_SIZES = (3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)

THEIRS = """
import json, resource, sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np, pandas as pd, lifetimes
model, path, cap = sys.argv[1], sys.argv[2], int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_CPU, (cap + 30, cap + 30))
columns = [pd.Series(column) for column in np.load(path).values()]
began, wall = time.process_time(), time.time()
if model == "bg_nbd":
    fitter = lifetimes.BetaGeoFitter().fit(*columns)
    names = ("r", "alpha", "a", "b")
elif model == "pareto_nbd":
    fitter = lifetimes.ParetoNBDFitter().fit(*columns)
    names = ("r", "alpha", "s", "beta")
else:
    some = columns[0] > 0
    fitter = lifetimes.GammaGammaFitter().fit(columns[0][some], columns[1][some])
    names = ("p", "q", "v")
used = {"cpu": time.process_time() - began, "wall": time.time() - wall}
print(json.dumps({**used, "parameters": [float(fitter.params_[name]) for name in names]}))
"""


def main() -> int:
    """1 where a ratio or the memory is not what was asked for, 2 where lifetimes cannot be installed."""
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--customers", type=int, default=1_000_000)
    options.add_argument("--cap", type=int, default=120)
    options.add_argument("--models", nargs="+", choices=tuple(ASKED), default=tuple(ASKED))
    options.add_argument("--ours", nargs=2, metavar=("MODEL", "FILE"), help="one fit of ours, in this process")
    options.add_argument("--large", type=int, default=10_000_000, help="customers of the run for the memory")
    chosen = options.parse_args()
    if chosen.ours:
        print(json.dumps(fit_ours(*chosen.ours)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return compare(Path(folder), chosen)


def compare(folder: Path, chosen: argparse.Namespace) -> int:
    """What was asked for, kept after each comparison so that a run that is stopped leaves what it measured."""
    theirs = environment("lifetimes", PINS)
    if theirs is None:
        return 2
    found: dict[str, Any] = {"models": {}}
    if RESULTS.exists():
        found = json.loads(RESULTS.read_text("utf-8"))
    found |= {
        **circumstances(),
        "lifetimes": "0.11.3",
        "rounds": chosen.rounds,
        "large": run_ours("scale", str(chosen.large)),
    }
    keep(found)
    for model in chosen.models:
        if model == "pareto_nbd":
            size, path = largest(theirs, folder, chosen.cap)
            cap = 2 * chosen.cap
        else:
            size, path, cap = chosen.customers, made(folder, model, chosen.customers), 20 * chosen.cap
        found["models"][model] = take_turns(theirs, model, path, size, chosen.rounds, cap)
        keep(found)
    print(json.dumps(found, indent=1))
    fast = all(found["models"][model]["ratio"] >= ASKED[model] for model in chosen.models)
    return 0 if fast and found["large"]["peak_megabytes"] < 1000 else 1


def take_turns(theirs: Path, model: str, path: Path, customers: int, rounds: int, cap: int) -> dict[str, Any]:
    """Both sides in turn; the ratio of their median CPU seconds, and the log likelihoods they reach."""
    runs: dict[str, list[dict[str, Any]]] = {"ours": [], "lifetimes": []}
    for _ in range(rounds):
        runs["ours"].append(run_ours(model, str(path)))
        run = run_theirs(theirs, model, path, cap)
        if run is None:
            raise SystemExit(f"lifetimes did not fit {model} to {customers} customers, so there is no ratio")
        runs["lifetimes"].append(run)
    cpu = {side: statistics.median(run["cpu"] for run in each) for side, each in runs.items()}
    heights = {side: log_likelihood(model, path, each[-1]["parameters"]) for side, each in runs.items()}
    return {
        "customers": customers,
        "ratio": round(cpu["lifetimes"] / cpu["ours"], 1),
        "asked": ASKED[model],
        "cpu_seconds": cpu,
        "wall_seconds": {side: statistics.median(run["wall"] for run in each) for side, each in runs.items()},
        "log_likelihood": heights,
        "log_likelihood_ours_minus_theirs": heights["ours"] - heights["lifetimes"],
        "parameters": {side: each[-1]["parameters"] for side, each in runs.items()},
        "runs": {side: [round(run["cpu"], 3) for run in each] for side, each in runs.items()},
    }


def largest(theirs: Path, folder: Path, cap: int) -> tuple[int, Path]:
    """The greatest number of customers whose Pareto/NBD lifetimes fits in time."""
    best = None
    for size in PARETO_SIZES:
        path = made(folder, "pareto_nbd", size)
        run = run_theirs(theirs, "pareto_nbd", path, cap)
        if run is None or run["cpu"] > cap:
            break
        best = size, path
        if run["cpu"] * 2.5 > cap:
            break
    if best is None:
        raise SystemExit(f"lifetimes fits not even {PARETO_SIZES[0]} customers in {cap} CPU seconds")
    return best


def made(folder: Path, model: str, customers: int) -> Path:
    """A file of made-up customers."""
    import numpy as np

    from benchmarks.clv_histories import beta_dropout, order_values, pareto

    path = folder / f"{model}-{customers}.npz"
    make = pareto if model == "pareto_nbd" else beta_dropout
    count, last, age = make(customers, seed=4)
    columns = (count, order_values(count, seed=5)) if model == "gamma_gamma" else (count, last, age)
    np.savez(path, **{f"column{i}": column for i, column in enumerate(columns)})
    return path


def fit_ours(model: str, path: str) -> dict[str, Any]:
    """One fit of ours; for ``scale``, of as many customers as ``path`` says, scored as well."""
    import numpy as np

    from crmeter.stats.clv import bg_nbd, gamma_gamma, pareto_nbd
    from crmeter.stats.clv.histories import Histories

    if model == "scale":
        return fit_many(int(path))
    columns = list(np.load(path).values())
    began, wall = time.process_time(), time.time()
    if model == "gamma_gamma":
        fit = gamma_gamma.fit(*columns).fit
    else:
        fit = (bg_nbd if model == "bg_nbd" else pareto_nbd).fit(Histories(*columns)).fit
    used = {"cpu": time.process_time() - began, "wall": time.time() - wall}
    return {**used, "parameters": fit.parameters.tolist(), "status": fit.status, "log_likelihood": fit.log_likelihood}


def fit_many(customers: int) -> dict[str, Any]:
    """BG/NBD of very many customers, whole days, made a part at a time; and an expectation for each of them."""
    import numpy as np

    from benchmarks.clv_histories import beta_dropout
    from crmeter.stats.clv import bg_nbd
    from crmeter.stats.clv.histories import Histories

    part = min(customers, 500_000)
    count, last, age = np.zeros(customers, np.int64), np.zeros(customers), np.zeros(customers)
    for i in range(0, customers, part):
        some = slice(i, min(i + part, customers))
        count[some], last[some], age[some] = beta_dropout(some.stop - i, seed=i, whole_days=True)
    histories = Histories(count, last, age)
    began = time.process_time()
    model = bg_nbd.fit(histories)
    fitted = time.process_time()
    of_fit = peak_megabytes()
    orders = model.expected_orders(histories, 365.0)
    return {
        "customers": customers,
        "fit_cpu_seconds": round(fitted - began, 2),
        "score_cpu_seconds": round(time.process_time() - fitted, 2),
        "peak_megabytes": round(of_fit, 1),
        "peak_megabytes_with_scores": round(peak_megabytes(), 1),
        "expected_orders_a_year": round(float(orders.mean()), 4),
        "status": model.fit.status,
    }


def log_likelihood(model: str, path: Path, parameters: list[float]) -> float:
    """By our formula, of anyone's parameters."""
    import numpy as np

    from crmeter.stats.clv import beta_dropout_likelihood, gamma_gamma, pareto_likelihood
    from crmeter.stats.clv.histories import Histories, collapse, collapse_one_time_buyers

    columns, logs = list(np.load(path).values()), np.log(parameters)
    if model == "gamma_gamma":
        some = columns[0] > 0
        values = gamma_gamma.Likelihood(columns[0][some].astype(float), columns[1][some], np.ones(int(some.sum())))
        return float(values.at(logs)[0])
    histories = Histories(*columns)
    if model == "bg_nbd":
        orders = beta_dropout_likelihood.Likelihood(*collapse_one_time_buyers(histories, None), 1.0, 0)
        return float(orders.at(logs)[0])
    return float(pareto_likelihood.Likelihood(*collapse(histories, None), 1.0).at(logs)[0])


def run_ours(model: str, path: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.clv", "--ours", model, path]
    return dict(
        json.loads(subprocess.run(command, check=True, capture_output=True, text=True, env=one_thread()).stdout)
    )


def run_theirs(python: Path, model: str, path: Path, cap: int) -> Any:
    """One fit of theirs; None where it failed or took longer than the cap."""
    done = subprocess.run(
        [str(python), "-c", THEIRS, model, str(path), str(cap)], capture_output=True, text=True, env=one_thread()
    )
    if done.returncode:
        print(f"lifetimes did not finish {model} ({path.stem}): {done.stderr[-300:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout)


def one_thread() -> dict[str, str]:
    """Both sides work on short rows, where more threads of BLAS only wait for one another."""
    pinned = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return {**os.environ, **pinned, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src")))}


def keep(found: dict[str, Any]) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
