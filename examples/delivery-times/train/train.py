"""Makes the data and the models of this example. The same versions give the same bytes:

    pip install -r requirements.txt && python train.py

The data is made up: deliveries whose duration depends on distance, parcels, rain, the hour and the area. In the
countryside roads are longer than the crow flies, and rain holds up more.
"""

import csv
from pathlib import Path

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import LinearRegression

EXAMPLE = Path(__file__).resolve().parent.parent
FEATURES = ["distance_km", "parcels", "rain_mm", "rush_hour", "countryside"]


def deliveries(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Features and minutes of some deliveries; times are never below 5 minutes, and have a tail."""
    random = np.random.default_rng(seed)
    countryside = random.random(rows) < 0.35
    distance = random.gamma(2.0, 2.5, rows) + np.where(countryside, 4.0, 0.5)
    parcels = random.integers(1, 7, rows)
    rain = np.where(random.random(rows) < 0.3, random.gamma(1.5, 2.0, rows), 0.0)
    rush = (random.random(rows) < 0.4) & ~countryside
    minutes = (
        8
        + distance * np.where(countryside, 2.1, 3.0)
        + 1.5 * parcels
        + rain * np.where(countryside, 2.2, 0.8)
        + np.where(rush, 1.4 * distance, 0.0)
    )
    minutes *= np.exp(0.16 * random.standard_normal(rows))
    columns = [distance.round(1), parcels, rain.round(1), rush, countryside]
    return np.column_stack(columns).astype(np.float32), np.maximum(5, minutes).round(1)


def write_holdout(features: np.ndarray, minutes: np.ndarray) -> None:
    """Features as a model takes them, and the area as people name it."""
    with open(EXAMPLE / "data/holdout.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*FEATURES, "area", "minutes"])
        for row, label in zip(features, minutes, strict=True):
            numbers = [f"{value:g}" for value in row]
            writer.writerow([*numbers, "countryside" if row[4] else "city", f"{label:g}"])


def export(model, features: np.ndarray, name: str) -> None:
    onnx = to_onnx(model, features[:1], target_opset=18)
    (EXAMPLE / name).write_bytes(onnx.SerializeToString())
    session = onnxruntime.InferenceSession(onnx.SerializeToString())
    (found,) = session.run(None, {session.get_inputs()[0].name: features})
    np.testing.assert_allclose(found.ravel(), model.predict(features), rtol=1e-4)


def main() -> None:
    features, minutes = deliveries(4000, seed=1)
    held_out, truth = deliveries(1000, seed=2)
    write_holdout(held_out, truth)
    boosted = GradientBoostingRegressor(n_estimators=60, max_depth=3, random_state=0)
    city = features[:, 4] == 0
    for name, model, rows in [
        ("model.onnx", LinearRegression(), np.ones(len(features), bool)),
        ("proposals/boosted.onnx", boosted, np.ones(len(features), bool)),
        # As if someone had exported deliveries of the city only.
        ("proposals/city-only.onnx", GradientBoostingRegressor(n_estimators=60, random_state=0), city),
    ]:
        model.fit(features[rows], minutes[rows])
        export(model, held_out, name)
        error = np.abs(model.predict(held_out) - truth)
        country = held_out[:, 4] == 1
        print(f"{name}: off by {error.mean():.2f} min; city {error[~country].mean():.2f}, countryside {error[country].mean():.2f}")


if __name__ == "__main__":
    main()
