"""What came of a scenario is said in words of one language: no code of the file and no English on a page."""

import re
from pathlib import Path

import pytest

import dispatch.sim.scenario
from dispatch.domain.fix import LinkHealth
from dispatch.sim.scenario.said import Said, just, said
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState
from dispatch.vocabulary.vehicle_classes import Duty
from dispatch.words.drafts import expectation_text
from dispatch.words.tables import table

SOURCES = "".join(path.read_text("utf-8") for path in Path(dispatch.sim.scenario.__path__[0]).glob("*.py"))


def test_every_phrase_is_used_and_every_label_is_that_of_a_check() -> None:
    keys = set(re.findall(r'\bsaid\((?:\s*)"(\w+)"', SOURCES)) | {"just"}
    keys |= {key for pair in re.findall(r'said\("(\w+)" if [^,]*? else "(\w+)"', SOURCES) for key in pair}
    keys |= {f"of_{fact}" for fact in re.findall(r'_listed\("\w+", "(\w+)"', SOURCES)}
    assert keys == set(table(Lang.ID, "drafts.outcome"))
    yields = re.findall(
        r'(?:yield\s*\(?|yield from _same\(|yield from _listed\(|_check\(|append\(\()\s*f?"(\w+)', SOURCES
    )
    same = re.findall(r'_same\(f?"(\w+)', SOURCES)
    assert {*yields, *same, "order"} == set(table(Lang.ID, "drafts.expected"))


@pytest.mark.parametrize(
    ("value", "shell", "page"),
    [
        (just(RequestState.WAITING), "waiting", "Janji telepon kembali"),
        (just({"H1": Duty.AVAILABLE}), "H1: available", "H1: siaga"),
        (just({"H1": LinkHealth.LOST}), "H1: lost", "H1: tanpa sinyal"),
        (just({"H1": said("none"), "H3": AssignmentState.OFFERED}), "H1: none, H3: offered", "H1: belum ada, H3: "),
        (just({"H3", "H1"}), "H1, H3", "H1, H3"),
        (just(True), "True", "ya"),
        (said("owner", role="operator"), "operator", "operator"),
        (said("of_whom", whom={"contact", "police"}), "contact, police", "keluarga, polisi"),
        (said("of_told", told={"phone", "Ibu Sari"}), "Ibu Sari, phone", "Ibu Sari, nomor telepon"),
        (said("of_document", document="death_letter"), "death_letter", "surat kematian"),
        (said("no_yes"), "no yes needed", "persetujuan belum diperlukan"),
    ],
)
def test_a_shell_reads_codes_and_a_page_reads_words(value: Said, shell: str, page: str) -> None:
    assert str(value) == shell
    assert value.text(Lang.ID).startswith(page)


def test_a_refusal_is_what_a_person_reads_of_it() -> None:
    refused = said("refused_as", why=[Refusal(RefusalCode.CALL_FIRST, {"state": RequestState.WAITING})])
    assert str(refused) == "refused: call_first {'state': 'waiting'}"
    line = expectation_text("step", said("carried_out").text(Lang.ID), refused.text(Lang.ID), Lang.ID)
    assert line == (
        "Langkah ini: diharapkan dijalankan; terjadi belum dijalankan: Telepon dahulu pemohonnya dan catat hasilnya, "
        "baru permintaan ini dapat ditutup."
    )
