"""A crew reports that its patient has died: nothing changes until a doctor's word, and then the body's way begins."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.desk.command import Command
from dispatch.desk.usecases import changes, changing, deaths, promises, reports, requests
from dispatch.domain.assignment import Assignment
from dispatch.domain.death import HEARD_AHEAD, HEARD_BEFORE, DeathReport, DeathWord
from dispatch.domain.message import Template
from dispatch.domain.people import Facility, FacilityKind, Person
from dispatch.domain.request import Ask, Request, RequestFilter
from dispatch.reading.family import view
from dispatch.reading.letters import write_letter
from dispatch.tell.tail import tell_on
from dispatch.vocabulary.deaths import DeathState, WhoseWord
from dispatch.vocabulary.events import DeathAnswered, TripNoticed
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Death, Need, Urgency
from dispatch.vocabulary.notices import Notice
from dispatch.vocabulary.places import Spot
from dispatch.vocabulary.promises import CallOutcome, PromiseState, Why
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS, RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Report, Step
from dispatch.vocabulary.vehicle_classes import Duty
from geo.point import Point
from tests.people import BUDI, CIKOKOL, DINA, HOME, OPI, RINA, RSUD, SITI, ZONE, ask
from tests.unit.desk.town import CONTACT, Look, Town, done, refused

pytestmark = pytest.mark.anyio
ABOARD = (Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING)
THERE = DeathWord(confirmed=True, whose=WhoseWord.FACILITY)
ALIVE = DeathWord(confirmed=False, whose=WhoseWord.FACILITY)


@pytest.fixture(autouse=True)
async def rsud(town: Town) -> None:
    """The facility that receives."""
    place = Facility(id="rsud-contoh", kind=FacilityKind.HOSPITAL, name=RSUD.name, point=RSUD.point)
    await town.store.write(lambda books: books.facilities.put(place))


def by_phone(town: Town, *, confirmed: bool = True) -> DeathWord:
    return DeathWord(confirmed=confirmed, whose=WhoseWord.DOCTOR, doctor="dr. Contoh Sari", heard_at=town.clock.now())


async def carried(town: Town, steps: Iterable[Step] = ABOARD) -> tuple[Look, Assignment]:
    """A patient on the way to the hospital, whose crew reports a death."""
    made = await town.ask(asked=replace(ask(Need.REFERRAL), dropoff=RSUD))
    trip = await town.take(made.assignments[0], *steps)
    await reported(town, trip)
    return made, trip


async def reported(town: Town, trip: Assignment) -> str | Refusal:
    return await reports.report(town.unit, trip.id, Report.PATIENT_DIED, by=Command(actor=BUDI))


async def said(town: Town, made: Look, word: DeathWord, person: Person = RINA) -> str | Refusal:
    return await deaths.confirm_death(town.unit, made.id, word, by=Command(actor=person))


async def rung(town: Town, body: Look, outcome: CallOutcome = CallOutcome.TOLD) -> str | Refusal:
    told = "ibunya" if outcome is CallOutcome.TOLD else ""
    return await promises.log_call(town.unit, body.owed.id, outcome, told=told, text="", by=Command(actor=OPI))


async def kept(town: Town, made: Look) -> list[DeathReport]:
    return await town.read(lambda books: books.deaths.list_of(made.id))


async def all_requests(town: Town) -> list[Request]:
    return await town.read(lambda books: books.requests.list_some(RequestFilter()))


async def onward(town: Town, made: Look) -> Look:
    """The request for the body."""
    [report] = await kept(town, made)
    assert report.onward is not None
    return await town.look(report.onward)


async def test_a_report_is_no_finding_and_makes_no_request(town: Town) -> None:
    made, trip = await carried(town)
    before = await town.look(made)
    await reported(town, trip)  # pressed twice
    found = await town.look(made)
    assert [event.what for event in found.of(TripNoticed)] == [Notice.PATIENT_DIED]
    assert found.of(TripNoticed)[0].aboard
    assert (found.request, found.assignments, found.promise) == (before.request, before.assignments, None)
    assert [report.state for report in await kept(town, made)] == [DeathState.REPORTED]
    assert [request.id for request in await all_requests(town)] == [made.id]


async def test_the_hospital_confirms_it_and_the_body_gets_a_vehicle_at_once_while_the_trip_goes_on(town: Town) -> None:
    made, trip = await carried(town)
    assert done(await said(town, made, replace(THERE, death=Death.UNNATURAL, note="saat tiba"))) == made.id
    body = await onward(town, made)
    asked = body.request.ask
    assert (asked.need, asked.urgency, asked.pickup, asked.dropoff) == (Need.BODY, Urgency.GREEN, RSUD, None)
    assert (asked.patient.living, asked.patient.death, asked.patient.count) == (False, Death.UNNATURAL, 1)
    assert (asked.documents, asked.requester) == (frozenset(), "rsud-contoh")
    assert body.contact == CONTACT
    assert body.state is RequestState.SEARCHING
    assert [(a.vehicle_id, a.state) for a in body.assignments] == [("H3", AssignmentState.OFFERED)]
    assert (body.owed.why, body.owed.due_at) == (Why.DESTINATION, town.clock.now() + timedelta(minutes=15))
    first = await town.look(made)
    assert [(a.id, a.state) for a in first.live()] == [(trip.id, AssignmentState.TRANSPORTING)]
    [answer] = first.of(DeathAnswered)
    assert (answer.confirmed, answer.whose, answer.aboard) == (True, WhoseWord.FACILITY, True)
    await town.take(trip, Step.AT_DESTINATION, Step.CLEAR)
    assert await town.state(made) is RequestState.COMPLETED


async def test_what_the_ambulance_had_to_know_is_no_matter_of_the_hearse(town: Town) -> None:
    made, _ = await carried(town)
    noted = replace(CONTACT, name="Ibu Contoh", note="sesak sejak pagi")
    await town.store.write(lambda books: books.requests.put_contact(made.id, noted))
    done(await said(town, made, THERE))
    assert (await onward(town, made)).contact == replace(noted, note=None)


async def test_a_doctor_by_phone_is_kept_by_name_and_time_and_never_in_the_journal(town: Town) -> None:
    made, _ = await carried(town)
    word = by_phone(town)
    town.clock.turn(40)
    done(await said(town, made, word, OPI))
    [report] = await kept(town, made)
    assert (report.state, report.word, report.doctor) == (DeathState.CONFIRMED, WhoseWord.DOCTOR, "dr. Contoh Sari")
    assert (report.heard_at, report.answered_by) == (word.heard_at, "opi")
    assert "Sari" not in str((await town.look(made)).events)


async def test_alive_ends_the_report_and_leaves_nothing_and_a_crew_may_report_again(town: Town) -> None:
    made, trip = await carried(town)
    done(await said(town, made, ALIVE))
    assert [request.id for request in await all_requests(town)] == [made.id]
    assert [event.confirmed for event in (await town.look(made)).of(DeathAnswered)] == [False]
    assert refused(await said(town, made, THERE)) is RefusalCode.DEATH_ANSWERED
    town.clock.turn(60)
    await reported(town, trip)
    assert len((await town.look(made)).of(TripNoticed)) == 2
    done(await said(town, made, THERE))
    assert [report.state for report in await kept(town, made)] == [DeathState.ALIVE, DeathState.CONFIRMED]
    await reported(town, trip)  # there is nobody else aboard
    assert len(await kept(town, made)) == 2


@pytest.mark.parametrize(
    ("person", "whose"),
    [
        (SITI, WhoseWord.FACILITY),
        (replace(RINA, facility=None), WhoseWord.FACILITY),
        (OPI, WhoseWord.FACILITY),
        (DINA, WhoseWord.FACILITY),
        (RINA, WhoseWord.DOCTOR),
        (DINA, WhoseWord.DOCTOR),
        (RINA, WhoseWord.CREW),
    ],
)
@pytest.mark.parametrize("confirmed", [True, False])
async def test_nobody_else_answers(town: Town, person: Person, whose: WhoseWord, *, confirmed: bool) -> None:
    made, _ = await carried(town)
    word = replace(by_phone(town, confirmed=confirmed), whose=whose)
    assert refused(await said(town, made, word, person)) is RefusalCode.NOT_RECEIVING
    assert [report.state for report in await kept(town, made)] == [DeathState.REPORTED]


async def test_what_no_crew_reported_is_not_said_to_be_answered(town: Town) -> None:
    made = await town.ask(asked=replace(ask(Need.REFERRAL), dropoff=RSUD))
    assert refused(await said(town, made, THERE)) is RefusalCode.NO_DEATH_REPORT
    trip = await town.take(made.assignments[0], *ABOARD)
    await reported(town, trip)
    other = await deaths.confirm_death(town.unit, made.id, THERE, vehicle_id="A1", by=Command(actor=RINA))
    assert refused(other) is RefusalCode.NO_DEATH_REPORT
    done(await said(town, made, THERE))
    body = await onward(town, made)
    assert refused(await said(town, body, by_phone(town), OPI)) is RefusalCode.NO_DEATH_REPORT


async def test_the_crew_takes_its_report_back_and_confirms_nothing(town: Town) -> None:
    made, _ = await carried(town)
    crew = DeathWord(confirmed=True, whose=WhoseWord.CREW)
    assert refused(await said(town, made, crew, OPI)) is RefusalCode.DEATH_NEEDS_DOCTOR
    done(await said(town, made, replace(crew, confirmed=False), OPI))
    assert [report.word for report in await kept(town, made)] == [WhoseWord.CREW]


@pytest.mark.parametrize(
    "wrong",
    [
        {"doctor": None},
        {"heard_at": None},
        {"heard_at": -HEARD_BEFORE - timedelta(seconds=1)},
        {"heard_at": HEARD_AHEAD + timedelta(seconds=1)},
    ],
)
async def test_a_doctors_word_has_a_name_and_a_time_that_can_be(town: Town, wrong: dict[str, object]) -> None:
    made, _ = await carried(town)
    if isinstance(ahead := wrong.get("heard_at"), timedelta):
        wrong = {"heard_at": town.clock.now() + ahead}
    word = replace(by_phone(town), **wrong)  # type: ignore[arg-type]
    assert refused(await said(town, made, word, OPI)) is RefusalCode.HEARD_WHEN


async def test_a_clock_set_back_keeps_nobody_from_a_doctors_word(town: Town) -> None:
    made, _ = await carried(town)
    town.clock.turn(-2 * 3600)
    done(await said(town, made, by_phone(town), OPI))


async def test_on_the_scene_it_is_the_operators_and_the_body_is_fetched_there(town: Town) -> None:
    made, trip = await carried(town, ABOARD[:3])
    assert not (await town.look(made)).of(TripNoticed)[0].aboard
    assert refused(await said(town, made, THERE)) is RefusalCode.NOT_RECEIVING
    done(await said(town, made, by_phone(town), OPI))
    asked = (await onward(town, made)).request.ask
    assert (asked.pickup, asked.requester) == (CIKOKOL, "puskesmas-cikokol")
    await town.take(trip, Step.CLEAR)
    assert await town.state(made) is RequestState.COMPLETED


async def test_a_vehicle_that_goes_nowhere_known_has_the_body_where_it_stands(town: Town) -> None:
    made = await town.ask(asked=replace(ask(Need.EMERGENCY), dropoff=None))
    ahead = next(a for a in made.assignments if a.slot == 0)
    trip = await town.take(ahead, *ABOARD)
    await reported(town, trip)
    here = Point(lon=106.631, lat=-6.19)
    town.clock.turn(20)
    await town.report(trip.vehicle_id, here)
    done(await said(town, made, by_phone(town), OPI))
    pickup = (await onward(town, made)).request.ask.pickup
    assert (pickup.point, pickup.spot, pickup.name) == (here, Spot.VEHICLE_STOPPED, "")


async def test_another_hospital_receives_and_confirms_once_the_trip_goes_there(town: Town) -> None:
    made, _ = await carried(town)
    other = replace(RSUD, facility="rs-lain", name="RS Lain", point=HOME.point)
    done(await changing.change(town.unit, made.id, lambda a: replace(a, dropoff=other), by=Command(actor=OPI)))
    assert refused(await said(town, made, THERE)) is RefusalCode.NOT_RECEIVING
    place = Facility(id="rs-lain", kind=FacilityKind.HOSPITAL, name="RS Lain", point=HOME.point)
    await town.store.write(lambda books: books.facilities.put(place))
    done(await said(town, made, THERE, replace(RINA, facility="rs-lain")))
    assert (await onward(town, made)).request.ask.pickup == other


@pytest.mark.parametrize("need", [Need.BODY, Need.REFERRAL])
async def test_only_who_carries_a_patient_reports_one_dead(town: Town, need: Need) -> None:
    made = await town.ask(asked=replace(ask(need), dropoff=RSUD))
    trip = await town.take(made.assignments[0], *ABOARD)
    told = await reported(town, trip)
    assert (told == trip.id) is (need is Need.REFERRAL)
    if need is Need.BODY:
        assert refused(told) is RefusalCode.NO_PATIENT


async def test_who_waits_before_the_body_is_served_before_it(town: Town) -> None:
    made, _ = await carried(town)
    town.roads.minutes = {"H3": 14.0}
    await town.duty("H3", Duty.OFF_DUTY)
    waits = await town.ask(asked=ask(Need.BODY))
    town.clock.turn(60)
    await town.report()
    await town.duty("H3", Duty.AVAILABLE)  # which wakes who waits, before any timer runs
    done(await said(town, made, THERE))
    assert await town.live(waits) == [("H3", AssignmentState.OFFERED)]
    body = await onward(town, made)
    assert (body.state, body.live()) == (RequestState.WAITING, [])


async def test_the_call_that_asks_where_to_is_owed_until_it_was_made_whoever_goes(town: Town) -> None:
    made, _ = await carried(town)
    done(await said(town, made, THERE))
    body = await onward(town, made)
    await town.take(body.assignments[0], Step.ACCEPT)
    assert (await town.look(body)).owed.id == body.owed.id
    done(await rung(town, body, CallOutcome.NO_ANSWER))
    assert (await town.look(body)).owed.id == body.owed.id
    done(await rung(town, body))
    assert (await town.look(body)).promise is None
    assert (await town.promise(body.owed)).state is PromiseState.SOLVED


async def test_the_call_that_asks_where_to_is_the_call_back_too_where_nobody_goes(town: Town) -> None:
    made, _ = await carried(town)
    town.roads.minutes = {}
    done(await said(town, made, THERE))
    body = await onward(town, made)
    assert (body.state, body.owed.why) == (RequestState.WAITING, Why.DESTINATION)
    done(await rung(town, body))
    assert (await town.look(body)).owed.id == body.owed.id
    town.roads.minutes = {"H3": 14.0}
    await town.pass_time(300)
    found = await town.look(body)
    await town.take(found.live()[0], Step.ACCEPT)
    assert (await town.look(body)).promise is None


async def two_carried(town: Town) -> tuple[Look, Assignment, Assignment]:
    """Two lying patients in two vehicles, of whom the crew of the second reports a death that a doctor confirms."""
    made = await town.ask(asked=replace(ask(Need.REFERRAL, count=2), dropoff=RSUD))
    first, second = [await town.take(one, *ABOARD) for one in made.assignments]
    await reported(town, second)
    word = replace(THERE, death=Death.NATURAL)
    done(await deaths.confirm_death(town.unit, made.id, word, vehicle_id=second.vehicle_id, by=Command(actor=RINA)))
    return made, first, second


async def shown(town: Town, made: Look) -> str:
    """The request that the family's link shows."""
    return await town.read(lambda books: changes.shown_on_link(books, books.requests.get(made.id)).id)


async def test_the_link_of_two_patients_stays_with_the_one_who_lives(town: Town) -> None:
    made, first, second = await two_carried(town)
    body = await onward(town, made)
    assert await shown(town, made) == made.id
    page = await view(town.unit, await town.read(lambda books: books.requests.get_track_token(made.id)), Lang.ID)
    assert page is not None
    assert (page.condolence, len(page.vehicles), page.is_live) == (None, 2, True)
    assert "meninggal" not in str(page)
    onwards = await view(town.unit, await town.read(lambda books: books.requests.get_track_token(body.id)), Lang.ID)
    assert onwards is not None
    assert onwards.condolence is not None
    assert any("Pasien lain tetap kami layani" in line for line in onwards.lines)
    await town.take(first, Step.AT_DESTINATION, Step.CLEAR)
    await town.take(second, Step.AT_DESTINATION, Step.CLEAR)
    assert await town.state(made) is RequestState.COMPLETED


async def test_the_letters_of_two_patients_say_who_lives_and_mourn_for_nobody_who_does(town: Town) -> None:
    made, first, _ = await two_carried(town)
    body = await onward(town, made)
    await town.take(first, Step.AT_DESTINATION)
    while await tell_on(town.store):
        pass
    ready = await town.read(lambda books: books.outbox.list_some())
    letters = await town.read(lambda books: [write_letter(books, one, zone=ZONE, public_url="") for one in ready])
    said = {(one.message.request_id, one.message.template): one.text for one in letters}
    assert all("berdukacita" not in text for (of, _), text in said.items() if of == made.id)
    asked_where_to = said[body.id, Template.ONWARD]
    assert asked_where_to.startswith("Kami turut berdukacita.")
    assert "Pasien lain (1 orang) tetap kami layani." in asked_where_to
    confirmed = said[made.id, Template.DEATH_CONFIRMED]
    assert "Kematian seorang pasien" in confirmed
    assert "Pasien lain (1 orang) masih hidup; perjalanannya diteruskan." in confirmed


async def test_where_the_second_dies_too_the_link_follows_the_body(town: Town) -> None:
    made, first, _ = await two_carried(town)
    town.clock.turn(60)
    await reported(town, first)
    assert await shown(town, made) == made.id
    done(await said(town, made, THERE))
    assert await shown(town, made) == (await kept(town, made))[1].onward != made.id


async def test_two_patients_of_one_vehicle_are_two(town: Town) -> None:
    town.roads.minutes = {"T1": 6.0}
    made = await town.ask(asked=replace(ask(Need.REFERRAL, count=2), dropoff=RSUD))
    [trip] = made.assignments
    await town.take(trip, *ABOARD)
    for follows in (False, True):
        await reported(town, trip)
        done(await said(town, made, THERE))
        assert (await shown(town, made) != made.id) is follows
    await reported(town, trip)
    assert refused(await said(town, made, THERE)) is RefusalCode.DEATH_ANSWERED


async def test_the_number_of_patients_holds_the_dead(town: Town) -> None:
    made, _, _ = await two_carried(town)

    async def counted(count: int) -> str | Refusal:
        def edit(asked: Ask) -> Ask:
            return replace(asked, patient=replace(asked.patient, count=count))

        return await changing.change(town.unit, made.id, edit, agreed=True, by=Command(actor=OPI))

    assert refused(await counted(1)) is RefusalCode.COUNTS_THE_DEAD
    assert await shown(town, made) == made.id
    done(await counted(3))


@pytest.mark.parametrize("count", [1, 2])
async def test_the_way_back_is_for_who_lives(town: Town, count: int) -> None:
    there = replace(ask(Need.REFERRAL, count=count, can_sit=True), dropoff=RSUD)
    back = replace(there, pickup=RSUD, dropoff=CIKOKOL, schedule_at=town.clock.now() + timedelta(hours=3))
    by = Command(actor=SITI)
    made = await town.look(done(await requests.receive(town.unit, there, CONTACT, turn=lambda _: back, by=by)))
    trip = await town.take(made.assignments[0], *ABOARD)
    await reported(town, trip)
    done(await said(town, made, THERE))
    rides = await town.read(lambda books: books.requests.list_series(made.id))
    assert [ride.state in ENDS for ride in rides] == [False, count == 1]
    assert (await shown(town, made) == made.id) is (count == 2)
