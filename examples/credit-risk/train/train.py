"""Makes everything in this example from the raw data: the tables, the three models, the request, the figures.

    pip install -r train/requirements.txt
    python train/train.py

Running it twice gives the same models and tables.
"""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import Binarizer, OneHotEncoder, StandardScaler

ROOT = Path(__file__).resolve().parent.parent
RAW = ROOT / "train" / "data" / "german.data"
SPLIT_SEED = 1294  # picked for the illustration: see "How honest is this?" in README.md
APPLICANT = 347  # a row of the hold-out: 23 years old, and paid back
OPSET = {"": 18, "ai.onnx.ml": 3}

# Column by column, in the order of the raw file. A dictionary turns the raw codes into readable values.
RAW_COLUMNS = {
    "checking_status": {"A11": "below_0", "A12": "0_to_200", "A13": "200_or_more", "A14": "no_account"},
    "duration_months": int,
    "credit_history": {
        "A30": "no_credits_taken",
        "A31": "all_paid_here",
        "A32": "existing_paid_so_far",
        "A33": "delayed_before",
        "A34": "critical_or_other_credits",
    },
    "purpose": {
        "A40": "new_car",
        "A41": "used_car",
        "A42": "furniture",
        "A43": "radio_tv",
        "A44": "domestic_appliances",
        "A45": "repairs",
        "A46": "education",
        "A47": "vacation",
        "A48": "retraining",
        "A49": "business",
        "A410": "other",
    },
    "credit_amount": int,
    "savings": {
        "A61": "below_100",
        "A62": "100_to_500",
        "A63": "500_to_1000",
        "A64": "1000_or_more",
        "A65": "unknown_or_none",
    },
    "employment": {
        "A71": "unemployed",
        "A72": "below_1_year",
        "A73": "1_to_4_years",
        "A74": "4_to_7_years",
        "A75": "7_years_or_more",
    },
    "installment_rate": int,
    # The raw column mixes sex and marital status. Only the sex is kept.
    "sex": {"A91": "male", "A92": "female", "A93": "male", "A94": "male", "A95": "female"},
    "other_debtors": {"A101": "none", "A102": "co_applicant", "A103": "guarantor"},
    "residence_since": int,
    "property": {
        "A121": "real_estate",
        "A122": "savings_agreement_or_life_insurance",
        "A123": "car_or_other",
        "A124": "unknown_or_none",
    },
    "age": int,
    "other_installment_plans": {"A141": "bank", "A142": "stores", "A143": "none"},
    "housing": {"A151": "rent", "A152": "own", "A153": "for_free"},
    "existing_credits": int,
    "job": {
        "A171": "unskilled_non_resident",
        "A172": "unskilled_resident",
        "A173": "skilled",
        "A174": "highly_qualified_or_self_employed",
    },
    "dependents": int,
    "telephone": {"A191": "no", "A192": "yes"},
    "foreign_worker": {"A201": "yes", "A202": "no"},
    "credit": {"1": "good", "2": "bad"},
}
NUMERIC = [name for name, codes in RAW_COLUMNS.items() if codes is int]
LABEL, FAVORABLE = "credit", "good"
# What a model may ask for. The protected columns are for judging a model, not for feeding it.
FEATURES = [name for name in RAW_COLUMNS if name not in ("sex", LABEL)]


# Data


def read_raw() -> pd.DataFrame:
    raw = pd.read_csv(RAW, sep=" ", header=None, names=list(RAW_COLUMNS), dtype=str)
    table = pd.DataFrame(
        {
            name: raw[name].astype("int32") if codes is int else raw[name].map(codes).astype(object)
            for name, codes in RAW_COLUMNS.items()
        }
    )
    table["age_group"] = np.where(table["age"] > 25, "over_25", "25_or_under").astype(object)
    return table[FEATURES + ["age_group", "sex", LABEL]]


def check(table: pd.DataFrame) -> None:
    """Is this the data set that the literature speaks of?"""
    assert len(table) == 1000 and not table.isna().any(axis=None)
    good = table[LABEL] == FAVORABLE
    assert good.sum() == 700
    by_age = good.groupby(table["age_group"]).mean()
    assert abs(by_age["25_or_under"] - by_age["over_25"] + 0.14944769330734242) < 1e-12
    by_sex = good.groupby(table["sex"]).mean()
    assert abs(by_sex["female"] - by_sex["male"] + 0.0748013) < 1e-7


def split(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """600 rows to learn from, 400 to judge by, with the same share of each age group × label in both."""
    stratum = 2 * (table[LABEL] != FAVORABLE) + (table["age_group"] == "over_25")
    train, holdout = train_test_split(table, test_size=400, stratify=stratum, random_state=SPLIT_SEED)
    return train.sort_index(), holdout.sort_index()


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    schema = pa.schema([pa.field(c, pa.int32() if c in NUMERIC else pa.string(), nullable=False) for c in table.columns])
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pandas(table, schema=schema, preserve_index=False).replace_schema_metadata(None), path, compression="zstd")


# Models


def logistic(columns: list[str], strength: float = 1.0, extra: tuple = ()) -> Pipeline:
    """A logistic regression on some of the features; `extra` adds derived columns."""
    numeric = [c for c in columns if c in NUMERIC]
    categorical = [c for c in columns if c not in NUMERIC]
    prepare = ColumnTransformer(
        [
            ("numeric", StandardScaler(), numeric),
            *extra,
            ("categorical", OneHotEncoder(handle_unknown="ignore", sparse_output=False), categorical),
        ]
    )
    return Pipeline([("prepare", prepare), ("classify", LogisticRegression(C=strength, max_iter=2000))])


def reweighing(table: pd.DataFrame) -> np.ndarray:
    """Kamiran and Calders (2012): make label and group independent in the training data.

    A row of group g with label y weighs (n_g · n_y) / (n · n_gy): what its cell would count if group and label had
    nothing to do with each other, over what it does count. Younger applicants who paid back are rarer than that, so
    each speaks louder; nobody's label is changed and nobody is left out.
    """
    group, label = table["age_group"], table[LABEL]
    n_g = group.groupby(group).transform("size")
    n_y = label.groupby(label).transform("size")
    n_gy = label.groupby([group, label]).transform("size")
    return (n_g * n_y / (len(table) * n_gy)).to_numpy(dtype=float)


def inputs_of(table: pd.DataFrame) -> pd.DataFrame:
    """The features as the served model sees them: single-precision numbers and strings."""
    return table[FEATURES].astype({c: "float32" for c in NUMERIC})


def train_champion(train: pd.DataFrame) -> Pipeline:
    """What is in production: four columns that any bank looks at first."""
    columns = ["checking_status", "duration_months", "savings", "credit_amount"]
    return logistic(columns).fit(inputs_of(train), train[LABEL])


def train_more_accurate(train: pd.DataFrame) -> Pipeline:
    """Everything that is known of the applicant, and "25 or under" as a risk of its own.

    It is the better model by every overall figure. It is also the plainest way to discriminate: the younger group's
    lower base rate becomes a penalty on each of its members.
    """
    young = ("over_25", Binarizer(threshold=25), ["age"])
    return logistic(FEATURES, extra=(young,)).fit(inputs_of(train), train[LABEL])


def train_fair(train: pd.DataFrame) -> Pipeline:
    """Most of the gain without the penalty, in two steps.

    1. Leave out age, and what mostly tells the age or origin: time in the job, time in the home, renting or owning,
       foreign worker.
    2. Leaving columns out is not enough, since the others still carry some of it, so reweigh the training rows.

    The age group is needed to compute the weights, in training only. The served model doesn't look at it.
    """
    left_out = {"age", "employment", "residence_since", "housing", "foreign_worker"}
    columns = [c for c in FEATURES if c not in left_out]
    return logistic(columns, strength=0.3).fit(inputs_of(train), train[LABEL], classify__sample_weight=reweighing(train))


# ONNX


def export(pipeline: Pipeline, path: Path, description: str) -> None:
    """One input per feature, used or not, so that one request suits every version of the model."""
    signature = [(c, FloatTensorType([None, 1]) if c in NUMERIC else StringTensorType([None, 1])) for c in FEATURES]
    model = to_onnx(
        pipeline,
        initial_types=signature,
        options={id(pipeline): {"zipmap": False}},
        target_opset=OPSET,
        name="credit_risk",
    )
    kinds = {c: onnx.TensorProto.FLOAT if c in NUMERIC else onnx.TensorProto.STRING for c in FEATURES}
    del model.graph.input[:]
    model.graph.input.extend(onnx.helper.make_tensor_value_info(c, kinds[c], [None, 1]) for c in FEATURES)
    model.doc_string = description
    onnx.checker.check_model(model, full_check=True)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def run(path: Path, table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    assert [i.name for i in session.get_inputs()] == FEATURES
    label, probabilities = session.run(
        ["label", "probabilities"], {c: v.to_numpy().reshape(-1, 1) for c, v in inputs_of(table).items()}
    )
    return label, probabilities


def verify(pipeline: Pipeline, path: Path, table: pd.DataFrame) -> None:
    """The file must say what the trained model says."""
    label, probabilities = run(path, table)
    assert np.abs(probabilities - pipeline.predict_proba(inputs_of(table))).max() <= 1e-5
    assert (label == pipeline.predict(inputs_of(table))).all()


# Figures and request


def figures_of(path: Path, holdout: pd.DataFrame) -> dict:
    label, probabilities = run(path, holdout)
    truth, chosen = (holdout[LABEL] == FAVORABLE).to_numpy(), label == FAVORABLE
    rate = {g: float(chosen[holdout["age_group"] == g].mean()) for g in ("over_25", "25_or_under")}
    tpr = {g: float(chosen[(holdout["sex"] == g) & truth].mean()) for g in ("male", "female")}
    return {
        "accuracy": float(accuracy_score(truth, chosen)),
        "roc_auc": float(roc_auc_score(truth, probabilities[:, 1])),
        "selection_rate_by_age_group": rate,
        "demographic_parity_ratio_by_age_group": min(rate.values()) / max(rate.values()),
        "true_positive_rate_by_sex": tpr,
        "equal_opportunity_difference_by_sex": max(tpr.values()) - min(tpr.values()),
    }


def request_for(row: pd.Series) -> dict:
    """The applicant as an Open Inference Protocol (v2) request."""
    return {
        "id": "applicant-1",
        "inputs": [
            {
                "name": c,
                "shape": [1, 1],
                "datatype": "FP32" if c in NUMERIC else "BYTES",
                "data": [int(row[c]) if c in NUMERIC else row[c]],
            }
            for c in FEATURES
        ],
    }


def write_request(request: dict, path: Path) -> None:
    """One line for each input, unless it is too long."""

    def one(given: dict) -> str:
        members = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in given.items()]
        line = f"    {{ {', '.join(members)} }}"
        return line if len(line) < 100 else "    {\n      " + ",\n      ".join(members) + "\n    }"

    inputs = ",\n".join(map(one, request["inputs"]))
    path.write_text(f'{{\n  "id": {json.dumps(request["id"])},\n  "inputs": [\n{inputs}\n  ]\n}}\n')



def main() -> None:
    table = read_raw()
    check(table)
    train, holdout = split(table)
    write_parquet(train, ROOT / "data" / "train.parquet")
    write_parquet(holdout, ROOT / "data" / "holdout.parquet")

    figures = {}
    for file, train_model in {
        "model.onnx": train_champion,
        "proposals/more-accurate.onnx": train_more_accurate,
        "proposals/fair.onnx": train_fair,
    }.items():
        pipeline = train_model(train)
        export(pipeline, ROOT / file, train_model.__doc__.split("\n")[0])
        verify(pipeline, ROOT / file, table)
        figures[file] = figures_of(ROOT / file, holdout)
    (ROOT / "train" / "figures.json").write_text(json.dumps(figures, indent=2) + "\n")

    applicant = table.loc[[APPLICANT]]
    assert APPLICANT in holdout.index
    write_request(request_for(applicant.iloc[0]), ROOT / "request.json")

    print("| model | accuracy | ROC AUC | selection rate over 25 | 25 or under | ratio | equal opportunity by sex | the applicant |")
    print("|---|---|---|---|---|---|---|---|")
    for file, f in figures.items():
        rate = f["selection_rate_by_age_group"]
        good = run(ROOT / file, applicant)[1][0, 1]
        print(
            f"| `{file}` | {f['accuracy']:.4f} | {f['roc_auc']:.4f} | {rate['over_25']:.3f} | {rate['25_or_under']:.3f} "
            f"| {f['demographic_parity_ratio_by_age_group']:.3f} | {f['equal_opportunity_difference_by_sex']:.3f} | {good:.3f} |"
        )


if __name__ == "__main__":
    main()
