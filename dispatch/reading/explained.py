"""A request explained on the command line: what was decided, why, vehicle by vehicle, and what happened."""

from collections.abc import Iterator
from datetime import tzinfo

from dispatch.desk.ports import Books
from dispatch.reading.base import vehicle_names
from dispatch.reading.decisions import DecisionOut, decision_out, rules_of
from dispatch.reading.events import event_out
from dispatch.reading.rule_names import RuleNames
from dispatch.rules.pack.read import read_pack
from dispatch.vocabulary.languages import Lang


def explain_request(books: Books, request_id: str, zone: tzinfo, lang: Lang) -> list[str]:
    """The lines. Raises NotFoundError for an unknown request."""
    request, entries = books.requests.get(request_id), books.journal.list_of(request_id)
    briefs, last = books.decisions.list_briefs(request_id), books.decisions.find_last(request_id)
    rule_of = rules_of(read_pack(text) for text in books.sop.list_packs())
    lines = [f"{request.id}  {request.ask.need.value}  {request.state.value}"]
    if last is not None:
        lines += _decision(decision_out(last, rule_of, zone, lang))
    names = vehicle_names(books, [entry.event.vehicle_id for entry in entries])
    called = RuleNames(books, zone, lang)
    for entry in entries:
        said = event_out(entry, names, called.of_event, briefs, rule_of, zone, lang).text
        lines.append(f"{entry.event.at.astimezone(zone):%d %b %H.%M.%S}  {said}")
    return lines


def _decision(decision: DecisionOut) -> Iterator[str]:
    yield decision.sentence
    for candidate in decision.candidates:
        eta = "-" if candidate.eta_s is None else f"{candidate.eta_s / 60:.0f} min"
        yield f"{candidate.rank:4} {candidate.name:40} {eta:>7}  {'may go' if candidate.eligible else ''}"
        for finding in candidate.findings:
            if finding.blocks:
                yield f"       {finding.rule}: {finding.text} {finding.would_help or ''}"
