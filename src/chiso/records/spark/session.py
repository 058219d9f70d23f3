"""A session of Spark: the only module that knows pyspark. Statements go in, few rows come out.

What Spark says of a failure may quote the row it failed on, so it is never passed on.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from chiso.errors import Problem, RecordsError, Text, UsageError
from chiso.records.spark.dialect import CALENDAR, in_spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Local masters need no network, and shuffle among a few threads.
_LOCAL: Mapping[str, str] = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "16",
}
# What every session must have, so that the same statement gives the same integers.
_SETTINGS: Mapping[str, str] = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.session.timeZone": "Asia/Ho_Chi_Minh",
    "spark.sql.caseSensitive": "false",
    # The calendar is a literal of 40,000 numbers: plans are not spelt out with it.
    "spark.sql.maxPlanStringLength": "2000",
}
# DuckDB's types of the columns of small tables, in Spark's words.
_TYPES: Mapping[str, str] = {
    "VARCHAR": "STRING",
    "INTEGER": "INT",
    "BIGINT": "BIGINT",
    "SMALLINT": "SMALLINT",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
}


class Session:
    """Tables under names of this session alone; statements are in DuckDB's words."""

    def __init__(self, master: str | None) -> None:
        """Start Spark, or join the one that runs; ``master`` None is the one Spark was submitted to.

        Raises UsageError where there is no pyspark, no Java or no such master.
        """
        self._spark = _started(master).newSession()
        for name, value in _SETTINGS.items():
            self._spark.conf.set(name, value)

    def lines(self, paths: Sequence[str]) -> str:
        """Return the name of a table of lines: value, and where each stands: file_path, block, place.

        Places grow within a block, and blocks within a file.
        """
        return self._named("lines", self._spark.read.text(list(paths)).selectExpr("value", *_WHERE))

    def parquet(self, paths: Sequence[str]) -> str:
        """Return the name of a table of the rows of Parquet files, and where each stands as in ``lines``."""
        read = self._spark.read.parquet(*paths)
        return self._named("rows", read.selectExpr("*", *_WHERE))

    def column_types(self, table: str) -> dict[str, str]:
        """Return the type of each column of a table, as Spark writes it."""
        return dict(self._spark.table(table).dtypes)

    def paths_as_spark_has_them(self, paths: Sequence[str]) -> list[str]:
        """Return paths in the form of the column ``file_path``."""
        context: Any = self._spark.sparkContext
        hadoop, settings = context._jvm.org.apache.hadoop.fs, context._jsc.hadoopConfiguration()
        found = (str(_qualified(hadoop.Path(path), settings)) for path in paths)
        return [re.sub(_ROOT, "file:///", path) for path in found]

    def define(self, name: str, sql: str) -> None:
        """Give a query a name."""
        self.define_rows(name, in_spark(sql))

    def define_rows(self, name: str, spark_sql: str) -> None:
        """Give a query in Spark's own words a name."""
        with _failures():
            self._spark.sql(spark_sql).createOrReplaceTempView(name)

    def keep(self, name: str, sql: str) -> None:
        """Make a table that is computed now and kept by the executors, in memory or on disk.

        How it was made is forgotten, or every later statement would be planned with all of it. A machine
        that is lost takes its part of the table along, and the run fails.
        """
        with _failures():
            frame = self._spark.sql(in_spark(sql)).localCheckpoint(eager=True)
            frame.createOrReplaceTempView(name)

    def forget(self, name: str) -> None:
        """Let go of a table that is kept."""
        self._spark.catalog.dropTempView(name)

    def small_table(
        self, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]], types: Sequence[str]
    ) -> None:
        """Put a table of few rows beside the others; every executor is given the whole of it."""
        fields = ", ".join(
            f"{_quoted(column)}: {_TYPES[kind]}" for column, kind in zip(columns, types, strict=True)
        )
        listed = [dict(zip(columns, row, strict=True)) for row in rows]
        text = json.dumps(listed, ensure_ascii=False, default=str)
        with _failures():
            self._spark.sql(
                "SELECT /*+ BROADCAST(few) */ * FROM "
                f"(SELECT inline(from_json(:rows, 'ARRAY<STRUCT<{fields}>>'))) AS few",
                args={"rows": text},
            ).createOrReplaceTempView(name)

    def calendar(self, counts: Sequence[int]) -> None:
        """Put the calendar beside the tables: for each day how many working days there were up to it."""
        listed = ",".join(map(str, counts))
        with _failures():
            self._spark.sql(
                f"DECLARE OR REPLACE VARIABLE {CALENDAR} ARRAY<BIGINT> "
                f"DEFAULT CAST(split('{listed}', ',') AS ARRAY<BIGINT>)"
            )

    def fetch(self, sql: str) -> list[tuple[object, ...]]:
        """Return the rows of a statement that gives few: they come to this process."""
        with _failures():
            return [tuple(row) for row in self._spark.sql(in_spark(sql)).collect()]

    def _named(self, kind: str, frame: DataFrame) -> str:
        name = f"{kind}_{id(frame)}"
        frame.createOrReplaceTempView(name)
        return name


# Of a file on disk Spark writes one slash or three.
_ROOT = "^file:/+"
_WHERE = (
    f"regexp_replace(_metadata.file_path, '{_ROOT}', 'file:///') AS file_path",
    "_metadata.file_block_start AS block",
    "monotonically_increasing_id() AS place",
)


def _quoted(name: str) -> str:
    return f"`{name}`"


def _qualified(path: Any, settings: Any) -> Any:
    """Return a path of Hadoop's with its scheme, as a file's URI."""
    return path.getFileSystem(settings).makeQualified(path).toUri()


def _started(master: str | None) -> SparkSession:
    try:
        # What pyspark says of the versions of other libraries is nothing to a user of chiso.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pyspark.sql import SparkSession
    except ImportError as error:
        raise UsageError(Problem(_NO_PYSPARK, hint=_INSTALL)) from error
    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    if not submitted and shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise UsageError(Problem(_NO_JAVA, hint=_INSTALL_JAVA))
    builder = SparkSession.builder.appName("chiso").config("spark.ui.showConsoleProgress", "false")
    if master is not None:
        builder = builder.master(master)
        if master.startswith("local"):
            for name, value in _LOCAL.items():
                builder = builder.config(name, value)
    with _failures(_NOT_STARTED):
        session = builder.getOrCreate()
    # Spark's own logs quote rows that they cannot cope with.
    session.sparkContext.setLogLevel("OFF")
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger", "py4j"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return session


@contextmanager
def _failures(message: Text | None = None) -> Iterator[None]:
    """Turn what Spark raises into an error that holds nothing of it but its kind."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        kind = (error.getCondition() if isinstance(error, PySparkException) else None) or type(error).__name__
        said = message or _FAILED
        raise RecordsError(
            Problem(Text(vi=f"{said.vi} ({kind})", en=f"{said.en} ({kind})"), hint=_SEE_SPARK)
        ) from None


_NO_PYSPARK = Text(vi="--engine spark cần pyspark", en="--engine spark needs pyspark")
_INSTALL = Text(
    vi="Cài: pip install 'chiso[spark]' (và Java 17); không có thì bỏ --engine",
    en="Install it: pip install 'chiso[spark]' (and Java 17); or leave out --engine",
)
_NO_JAVA = Text(vi="--engine spark cần Java 17", en="--engine spark needs Java 17")
_INSTALL_JAVA = Text(
    vi="Cài Java 17 (ví dụ gói openjdk-17-jre-headless) hoặc đặt JAVA_HOME; không có thì bỏ --engine",
    en="Install Java 17 (for instance openjdk-17-jre-headless) or set JAVA_HOME; or leave out --engine",
)
_NOT_STARTED = Text(vi="Không khởi động được Spark", en="Spark could not be started")
_FAILED = Text(vi="Spark không làm xong việc", en="Spark could not finish the work")
_SEE_SPARK = Text(
    vi="Xem tên máy chủ, bộ nhớ và đĩa của Spark (docs/scale.md); "
    "mọi máy phải thấy tệp hồ sơ dưới cùng đường dẫn",
    en="See the master's name, and Spark's memory and disk (docs/scale.md); every machine must see the "
    "records under the same path",
)
