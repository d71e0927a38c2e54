"""A small builder of ONNX graphs, shared by the export scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, checker, helper, numpy_helper

__all__ = ["MICROSOFT", "GraphBuilder"]

MICROSOFT = "com.microsoft"  # onnxruntime's own operators
OPSET = 18
IR_VERSION = 9  # read by onnxruntime 1.17 and later


class GraphBuilder:
    """Collects nodes and constants; names are counted, so equal input gives equal bytes."""

    def __init__(self) -> None:
        """Start empty."""
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, TensorProto] = {}

    def constant(self, name: str, value: npt.ArrayLike) -> str:
        """Add a constant under a name; the same name twice is the same constant."""
        if name not in self._constants:
            array = np.ascontiguousarray(value)
            self._constants[name] = numpy_helper.from_array(array, name)
        return name

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add a node of one output and return the output's name."""
        output = f"{operator.lower()}_{len(self._nodes)}"
        self._nodes.append(
            helper.make_node(operator, list(inputs), [output], domain=domain, **attributes)
        )
        return output

    def rename(self, output: str, name: str) -> str:
        """Give a node's output the name the model is to show."""
        return self.add_named("Identity", output, name)

    def add_named(self, operator: str, source: str, name: str) -> str:
        """Add a node of one input whose output carries a chosen name."""
        self._nodes.append(helper.make_node(operator, [source], [name]))
        return name

    def save(
        self, path: Path, *, inputs: list[ValueInfoProto], outputs: list[ValueInfoProto]
    ) -> ModelProto:
        """Check the model and write it."""
        graph = helper.make_graph(
            self._nodes, path.stem, inputs, outputs, initializer=list(self._constants.values())
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)],
            ir_version=IR_VERSION,
            producer_name="deepsearch",
        )
        checker.check_model(model)
        path.write_bytes(model.SerializeToString(deterministic=True))
        return model
