"""The words of a catalogue's keys, for people: rules, zero rules, roll-ups, statuses, targets."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from chiso.arithmetic import fraction, quantity
from chiso.catalogue.formula import BaselineRule, FallbackRule, IndexRule
from chiso.errors import Text
from chiso.terms.numbers import with_mark
from chiso.terms.period import LAST_YEAR

ZERO_RULES: Mapping[str, Text] = {
    "full": Text(vi="đủ điểm", en="full points"),
    "zero": Text(vi="0 điểm", en="0 points"),
    "blank": Text(vi="để trống, mức tối đa giữ nguyên", en="left blank, the maximum is kept"),
    "exclude": Text(vi="không tính, mức tối đa giảm", en="left out, the maximum falls"),
}
RULES: Mapping[str, Text] = {
    "linear": Text(
        vi="tỷ lệ thuận với giá trị, đến mức đạt đủ điểm", en="in proportion to the value, up to the target"
    ),
    "lower_is_better": Text(vi="càng thấp càng nhiều điểm", en="the lower the value, the more points"),
    "steps": Text(vi="theo bậc", en="by steps"),
    "pass_fail": Text(vi="đạt thì đủ điểm, không đạt thì 0 điểm", en="all or nothing"),
    "at_most": Text(
        vi="không quá mức thì đủ điểm, quá mức thì 0 điểm", en="all up to the bound, nothing above it"
    ),
    "analysis": Text(vi="chỉ để phân tích, không tính điểm", en="for analysis only, no points"),
}
ROLLUPS: Mapping[str, Text] = {
    "subtree": Text(
        vi="đơn vị cấp trên tính cả hồ sơ của các đơn vị trực thuộc",
        en="a parent counts the records of all units below it",
    ),
    "own": Text(vi="mỗi đơn vị chỉ tính hồ sơ của mình", en="each unit counts its own records only"),
}
STATUSES: Mapping[str, Text] = {
    "issued": Text(
        vi="có căn cứ: theo văn bản gốc hoặc khớp số đã công bố",
        en="issued: from a primary text or published figures",
    ),
    "inferred": Text(vi="suy đoán", en="inferred"),
    "unknown": Text(vi="chưa biết", en="unknown"),
}
ARITHMETICS: Mapping[str, Text] = {
    "decimal": Text(vi="tính chính xác", en="exact arithmetic"),
    "double": Text(vi="tính trên số thực dấu phẩy động", en="floating-point arithmetic"),
}
NOT_APPLICABLE: Mapping[str, Text] = {
    "keeps_maximum": Text(vi="mức tối đa giữ nguyên", en="the maximum is kept"),
    "lowers_maximum": Text(vi="mức tối đa giảm", en="the maximum falls"),
}


DUE_STATES: Mapping[str, Text] = {
    "not_due": Text(vi="chưa đến hạn", en="not due yet"),
    "met": Text(vi="đạt", en="met"),
    "overdue": Text(vi="quá hạn, chưa đạt", en="overdue"),
    "unknown": Text(vi="đến hạn, chưa có số liệu", en="due, no figure"),
}


def period_name(period: str) -> Text:
    """Return what an earlier period of a catalogue is called: ``last_year``, or a label."""
    return Text("cả năm trước", "the whole year before") if period == LAST_YEAR else Text(period, period)


def fallback_text(rule: FallbackRule) -> Text:
    """Return in words what stands in for a denominator that is not known."""
    period = period_name(rule.period)
    vi = ", ".join(f"{fraction(share)} cho {KINDS[kind].vi}" for kind, share in rule.shares)
    en = ", ".join(f"{fraction(share)} for {KINDS[kind].en}" for kind, share in rule.shares)
    return Text(
        vi=f"mẫu số của chỉ số {rule.index} kỳ {period.vi}: {vi}; không có thì 0 điểm",
        en=f"the denominator of index {rule.index} in {period.en}: {en}; without one 0 points",
    )


def baseline_text(rule: BaselineRule) -> Text:
    """Return in words what growth is measured from."""
    period = period_name(rule.period)
    vi = f"tăng so với tỷ lệ của chỉ số {rule.index} kỳ {period.vi}"
    en = f"growth over the ratio of index {rule.index} in {period.en}"
    if rule.enough_at is not None:
        enough = target(rule.enough_at, "percent")
        vi, en = f"{vi}; từ {enough.vi} thì đủ điểm", f"{en}; all points from {enough.en} on"
    return Text(vi, en)


KINDS: Mapping[str, Text] = {
    "month": Text(vi="một tháng", en="a month"),
    "quarter": Text(vi="một quý", en="a quarter"),
    "year": Text(vi="một năm", en="a year"),
    "ten_days": Text(vi="mười ngày", en="ten days"),
}


def full_points(index: IndexRule) -> Text:
    """Return what earns all points of an index: ``80 %``, ``≤ 30``, or that the task is done."""
    if index.task:
        return Text(vi="xong", en="done")
    shown = target(index.rule.full_at, index.value_unit)
    return Text(f"≤ {shown.vi}", f"≤ {shown.en}") if index.rule.kind == "at_most" else shown


def target(value: Fraction | None, unit: str) -> Text:
    """Return a target or bound in its unit: ``80 %``, ``15``; a dash where there is none."""
    if value is None:
        return Text("–", "–")
    shown = quantity(value, as_percent=unit in ("percent", "percentage_point")).replace("%", " %")
    shown = f"+{shown}" if unit == "percentage_point" else shown
    return Text(with_mark(shown, "vi"), shown)
