"""Who may end a request as unfounded though nobody could be reached: an operator to whom that was given by name."""

from dataclasses import replace
from functools import partial

from dispatch.desk.ports import Books
from dispatch.domain.people import Person
from dispatch.vocabulary.roles import Permission
from tests.people import OPI, SITI
from tests.web.conftest import Service, give_token

RINA = replace(OPI, id="rina", name="Operator Contoh Rina", permissions=frozenset({Permission.END_UNREACHED}))
ASKED = {"need": "body", "pickup": "puskesmas-cikokol", "contact": {"phone": "+62 811-0000-0042"}}


def known(person: Person, books: Books) -> None:
    """Somebody new, with a token."""
    books.people.put(person)
    give_token(books, person)


def test_only_who_holds_it_by_name_ends_what_nobody_was_called_about(service: Service) -> None:
    assert service.app is not None
    store = service.app.state.house.unit.store
    store.submit(partial(known, RINA)).result()
    with service.client(SITI) as siti, service.client(OPI) as opi, service.client(RINA) as rina:
        assert opi.get("/api/me").json()["permissions"] == []
        assert rina.get("/api/me").json()["permissions"] == ["end_unreached"]
        path = f"/api/requests/{siti.post('/api/requests', json=ASKED).json()['id']}"
        said = {"told": "keluarga", "reason": "tiga kali ditelepon"}
        for other in (siti, opi):
            refused = other.post(f"{path}/unfounded", json=said)
            assert (refused.status_code, refused.json()["code"]) == (409, "call_first")
        assert rina.post(f"{path}/unfounded", json={"told": "keluarga"}).status_code == 422
        assert rina.post(f"{path}/unfounded", json=said).json()["state"] == "unfounded"
        last = siti.get(path).json()["timeline"][-1]
        assert (last["kind"], last["actor"]) == ("request_ended", "rina")
        assert last["text"] == "Permintaan berakhir: tiga kali ditelepon; yang diberi tahu: belum ada yang terhubung"
