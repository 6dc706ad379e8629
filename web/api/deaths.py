"""A crew's report that its patient has died: who can confirm it reads it, and answers."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter

from dispatch.desk.usecases import deaths
from dispatch.domain.death import DeathWord
from dispatch.reading.deaths import DeathOut, death_out, deaths_out, hearing
from dispatch.vocabulary import bounds
from dispatch.vocabulary.deaths import WhoseWord
from dispatch.vocabulary.needs import Death
from web.bodies import Id, In, Text, utc, written
from web.context import By, Caller, Spoken, TheHouse, done

router = APIRouter(prefix="/api", tags=["deaths"])


class DoctorIn(In):
    """The doctor who said it by phone, and when that was heard."""

    name: Annotated[str, written(bounds.DOCTOR)]
    heard_at: datetime


class ConfirmDeathIn(In):
    """Whether the death is confirmed, and by whom: the receiving facility itself, a doctor by phone, or the crew, which
    can only take its report back. `death` is how somebody died, as far as it is known; of several vehicles
    `vehicle_id` says which."""

    confirmed: Literal["yes", "no"]
    by: Literal["facility", "crew"] | DoctorIn
    death: Death | None = None
    vehicle_id: Id | None = None
    note: Text | None = None


@router.get("/deaths")
async def list_deaths(house: TheHouse, person: Caller, lang: Spoken) -> list[DeathOut]:
    """The reports that wait for a word."""
    return await house.unit.store.read(lambda books: deaths_out(house.unit, books, person, lang))


@router.post("/requests/{request_id}/confirm_death")
async def confirm_death(request_id: str, body: ConfirmDeathIn, house: TheHouse, by: By, lang: Spoken) -> DeathOut:
    """The word on a report; where it confirms it, the body's onward way begins."""
    await house.unit.store.read(lambda books: hearing(books, by.actor, request_id))
    doctor = body.by if isinstance(body.by, DoctorIn) else None
    word = DeathWord(
        confirmed=body.confirmed == "yes",
        whose=WhoseWord.DOCTOR if doctor is not None else WhoseWord(str(body.by)),
        doctor=doctor.name if doctor is not None else None,
        heard_at=utc(doctor.heard_at) if doctor is not None else None,
        death=body.death,
        note=body.note,
    )
    done(await deaths.confirm_death(house.unit, request_id, word, vehicle_id=body.vehicle_id, by=by))
    return await house.unit.store.read(
        lambda books: death_out(house.unit, books, by.actor, request_id, body.vehicle_id, lang)
    )
