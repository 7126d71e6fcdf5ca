"""Makes the data and the models of this example. The same versions give the same bytes:

    pip install -r requirements.txt && python train.py

The data is made up: tickets of a help desk in two languages, by the counts of words that tell their subject. German
tickets put several words into one, so that the same words are found less often.
"""

import csv
from pathlib import Path

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

EXAMPLE = Path(__file__).resolve().parent.parent
SUBJECTS = ["billing", "outage", "question", "return"]
FEATURES = ["money_words", "error_words", "question_marks", "parcel_words", "length", "german"]
# How often a word of each kind stands in a ticket of each subject, in English.
RATES = np.array(
    [
        [3.2, 0.4, 0.9, 0.4],
        [0.3, 3.0, 0.7, 0.2],
        [0.7, 0.8, 2.2, 0.6],
        [1.2, 0.4, 0.8, 2.6],
    ]
)


def tickets(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Features and subjects of some tickets."""
    random = np.random.default_rng(seed)
    subject = random.choice(len(SUBJECTS), rows, p=[0.3, 0.2, 0.35, 0.15])
    german = random.random(rows) < 0.3
    # Compounds: money words move into the count of parcel words, and errors are described without their words.
    rates = RATES[subject]
    compound = np.array([[0.45, 0.6, 1.0, 1.0]])
    rates = np.where(german[:, None], rates * compound, rates)
    rates[:, 3] += np.where(german & (subject == 0), 1.4, 0.0)
    counts = random.poisson(rates)
    length = random.gamma(3.0, 20.0, rows) * np.where(subject == 1, 1.5, 1.0) + 10
    columns = [counts, length.round(), german]
    return np.column_stack(columns).astype(np.float32), np.array(SUBJECTS)[subject]


def write_holdout(features: np.ndarray, subjects: np.ndarray) -> None:
    """Features as a model takes them, and the language as people name it."""
    with open(EXAMPLE / "data/holdout.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*FEATURES, "language", "subject"])
        for row, label in zip(features, subjects, strict=True):
            numbers = [f"{value:g}" for value in row]
            writer.writerow([*numbers, "de" if row[5] else "en", label])


def export(model, features: np.ndarray, name: str) -> None:
    onnx = to_onnx(model, features[:1], target_opset=18, options={"zipmap": False})
    (EXAMPLE / name).write_bytes(onnx.SerializeToString())
    session = onnxruntime.InferenceSession(onnx.SerializeToString())
    label, _ = session.run(None, {session.get_inputs()[0].name: features})
    assert (label == model.predict(features)).mean() > 0.999


def main() -> None:
    features, subjects = tickets(5000, seed=1)
    held_out, truth = tickets(1200, seed=2)
    write_holdout(held_out, truth)
    english = features[:, 5] == 0
    for name, model, rows in [
        ("model.onnx", LogisticRegression(max_iter=5000), np.ones(len(features), bool)),
        (
            "proposals/boosted.onnx",
            GradientBoostingClassifier(n_estimators=40, max_depth=3, random_state=0),
            np.ones(len(features), bool),
        ),
        # As if someone had exported English tickets only.
        (
            "proposals/english-only.onnx",
            GradientBoostingClassifier(n_estimators=40, max_depth=3, random_state=0),
            english,
        ),
    ]:
        model.fit(features[rows], subjects[rows])
        export(model, held_out, name)
        right = model.predict(held_out) == truth
        german = held_out[:, 5] == 1
        print(f"{name}: {right.mean():.3f} right; en {right[~german].mean():.3f}, de {right[german].mean():.3f}")


if __name__ == "__main__":
    main()
