"""Runs and judgements to measures; found neighbours to ann_recall.

```python
qrels = read_qrels("qrels.tsv")
report = evaluate({"bm25": read_run("bm25.tsv"), "fused": fused}, qrels)
report["fused"].mean["nDCG@10"]
paired_bootstrap(report["bm25"].values("nDCG@10"), report["fused"].values("nDCG@10"))
```

Files are tab-separated: judgements `qid docid grade`, runs `qid docid rank score`, of which
the rank counts. A query without an answer counts 0, a document without a judgement grade 0.
"""

from __future__ import annotations

from deepsearch.evaluation.files import read_qrels, read_run, write_qrels, write_run
from deepsearch.evaluation.measures import (
    MEASURES,
    RELEVANT,
    Evaluation,
    Qrels,
    Run,
    ann_recall,
    evaluate,
)
from deepsearch.evaluation.resampling import BootstrapInterval, bootstrap, paired_bootstrap

__all__ = [
    "MEASURES",
    "RELEVANT",
    "BootstrapInterval",
    "Evaluation",
    "Qrels",
    "Run",
    "ann_recall",
    "bootstrap",
    "evaluate",
    "paired_bootstrap",
    "read_qrels",
    "read_run",
    "write_qrels",
    "write_run",
]
