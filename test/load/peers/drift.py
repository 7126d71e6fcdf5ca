"""Drift of all columns of a table from a reference by Evidently's preset, timed as test/load/src/peers.ts reads it.

Usage: drift.py CURRENT.parquet REFERENCE.parquet

The preset chooses its tests by the number of rows, as users get them: above 1,000 rows a normed Wasserstein distance
for numbers and the Jensen-Shannon distance for categories. It gives no intervals.
"""

import json
import resource
import sys
import time
import warnings

import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset


def main():
    warnings.simplefilter("ignore")
    wall, cpu = time.perf_counter(), time.process_time()
    current, reference = (pd.read_parquet(path) for path in sys.argv[1:3])
    numbers = [name for name in current if name.startswith("n")]
    categories = [name for name in current if name.startswith("c")]
    definition = DataDefinition(numerical_columns=numbers, categorical_columns=categories)
    result = Report([DataDriftPreset()]).run(
        current_data=Dataset.from_pandas(current, data_definition=definition),
        reference_data=Dataset.from_pandas(reference, data_definition=definition),
    )
    drifted = result.dict()["metrics"][0]["value"]
    print(
        json.dumps(
            {
                "rows": len(current),
                "seconds": time.perf_counter() - wall,
                "cpuSeconds": time.process_time() - cpu,
                "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "columns": len(numbers) + len(categories),
                "drifted": drifted["count"],
            }
        )
    )


main()
