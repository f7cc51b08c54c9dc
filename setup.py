"""Builds Loccit. With LOCCIT_NATIVE=1 the modules that every search passes through are compiled to machine code.

They stay the same Python: what is compiled stands beside the sources, and Python takes it instead of them.
"""

from __future__ import annotations

import os

from setuptools import Extension, setup

NATIVE = {
    "indexer": "frozen",
    "indexer.search": "analysis request stemming",
    "indexer.search.embedded": (
        "best engine entries evaluate facets filtered forms highlight histogram hits judged ordering postings rescoring "
        "scoring sifted slots snapshot stretches windows"
    ),
    "indexer.search.embedded.codec": "arrays keys metadata paragraphs postings regular rows segment signs texts",
    "indexer.search.embedded.kernels": "term with_numba",
}
"""The modules of each package that are compiled. What numba compiles stays out of it: numba reads Python's bytecode."""

_CORES = os.cpu_count() or 1
# Tracebacks name the line of the source; that of the C code which Cython wrote from it helps nobody.
# What calls what within a module or in Python is known, or looked up once: a fiftieth of a question with few answers.
_COMPILED_WITH = ["-g0", "-DCYTHON_CLINE_IN_TRACEBACK=0", "-fno-plt", "-fno-semantic-interposition"]


def native_modules() -> list[Extension]:
    """The modules to compile; none unless LOCCIT_NATIVE is set."""
    if os.environ.get("LOCCIT_NATIVE", "0") in ("", "0"):
        return []
    from Cython.Build import cythonize

    names = [f"{package}.{module}" for package, modules in NATIVE.items() for module in modules.split()]
    modules = [Extension(name, [f"{name.replace('.', '/')}.py"], extra_compile_args=_COMPILED_WITH) for name in names]
    # Annotations are for people and mypy: taken as C types they would refuse a subclass of dict, and round what is large.
    directives = {"annotation_typing": False}
    return list(cythonize(modules, build_dir="build", language_level=3, compiler_directives=directives, nthreads=_CORES))


if __name__ == "__main__":
    setup(ext_modules=native_modules(), options={"build_ext": {"parallel": _CORES}})
