"""Quality and fairness of a scored table by fairlearn and AIF360, timed as test/load/src/peers.ts reads it.

Usage: quality_and_fairness.py TABLE.parquet

The table is that of workload.ts: label, score, age_group, sex. What is computed is the part of Sluice's evaluation that
these libraries have; neither has curves by group, calibration or closed-form intervals. Fairlearn's intervals are a
bootstrap of the rows, whose time grows with the resamples: one resample is timed on its own.
"""

import json
import resource
import sys
import time
import warnings

import pandas as pd
from aif360.datasets import BinaryLabelDataset
from aif360.metrics import BinaryLabelDatasetMetric, ClassificationMetric
from fairlearn.metrics import (
    MetricFrame,
    count,
    false_negative_rate,
    false_positive_rate,
    selection_rate,
    true_negative_rate,
    true_positive_rate,
)
from sklearn import metrics

PROTECTED = ["age_group", "sex"]

OF_PREDICTIONS = {
    "accuracy": metrics.accuracy_score,
    "balanced_accuracy": metrics.balanced_accuracy_score,
    "precision": metrics.precision_score,
    "f1": metrics.f1_score,
    "matthews": metrics.matthews_corrcoef,
    "selection_rate": selection_rate,
    "true_positive_rate": true_positive_rate,
    "false_positive_rate": false_positive_rate,
    "true_negative_rate": true_negative_rate,
    "false_negative_rate": false_negative_rate,
    "count": count,
}
OF_SCORES = {
    "roc_auc": metrics.roc_auc_score,
    "average_precision": metrics.average_precision_score,
    "log_loss": metrics.log_loss,
    "brier": metrics.brier_score_loss,
}


def read(path):
    table = pd.read_parquet(path)
    table["truth"] = (table["label"] == "good").astype("int8")
    table["prediction"] = (table["score"] >= 0.5).astype("int8")
    return table


def frames(table, **options):
    """Every measure, overall and by group of each protected column."""
    for column in PROTECTED:
        for given, chosen in (("prediction", OF_PREDICTIONS), ("score", OF_SCORES)):
            yield MetricFrame(
                metrics=chosen,
                y_true=table["truth"],
                y_pred=table[given],
                sensitive_features=table[column],
                **options,
            )


def comparisons(made):
    for frame in made:
        frame.overall, frame.by_group, frame.group_min(), frame.group_max()
        for method in ("between_groups", "to_overall"):
            frame.difference(method=method), frame.ratio(method=method)


def aif360_measures(table):
    for column in PROTECTED:
        groups = sorted(table[column].unique())
        codes = table[column].map({name: code for code, name in enumerate(groups)})

        def dataset(label):
            return BinaryLabelDataset(
                df=pd.DataFrame({"label": table[label].astype(float), column: codes.astype(float)}),
                label_names=["label"],
                protected_attribute_names=[column],
            )

        truth, predicted = dataset("truth"), dataset("prediction")
        # AIF360 compares two sides at a time: each group with the others.
        for code in range(len(groups)):
            sides = {
                "unprivileged_groups": [{column: code}],
                "privileged_groups": [{column: other} for other in range(len(groups)) if other != code],
            }
            of_data = BinaryLabelDatasetMetric(truth, **sides)
            of_data.disparate_impact(), of_data.statistical_parity_difference()
            of_data.smoothed_empirical_differential_fairness()
            of_model = ClassificationMetric(truth, predicted, **sides)
            of_model.disparate_impact(), of_model.statistical_parity_difference()
            of_model.equal_opportunity_difference(), of_model.average_odds_difference()
            of_model.average_abs_odds_difference(), of_model.error_rate_difference()
            of_model.error_rate_ratio(), of_model.false_discovery_rate_difference()
            of_model.false_omission_rate_difference(), of_model.false_positive_rate_difference()
            of_model.false_negative_rate_difference()
            of_model.theil_index(), of_model.generalized_entropy_index()
            of_model.between_group_theil_index()


def timed(work, *arguments):
    wall, cpu = time.perf_counter(), time.process_time()
    result = work(*arguments)
    return result, {
        "seconds": time.perf_counter() - wall,
        "cpuSeconds": time.process_time() - cpu,
    }


def main():
    warnings.simplefilter("ignore")
    table, reading = timed(read, sys.argv[1])
    made, framing = timed(lambda: list(frames(table)))
    _, comparing = timed(comparisons, made)
    _, aif360 = timed(aif360_measures, table)
    # The frames once more, with one resample of each.
    with_one = {"n_boot": 1, "ci_quantiles": [0.025, 0.975], "random_state": 1}
    _, resampled = timed(lambda: list(frames(table, **with_one)))
    parts = {"reading": reading, "framing": framing, "comparing": comparing, "aif360": aif360}
    print(
        json.dumps(
            {
                "rows": len(table),
                "seconds": sum(part["seconds"] for part in parts.values()),
                "cpuSeconds": sum(part["cpuSeconds"] for part in parts.values()),
                "resampleCpuSeconds": max(0.0, resampled["cpuSeconds"] - framing["cpuSeconds"]),
                "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "parts": parts,
            }
        )
    )


main()
