"""Faults planted one by one, and what finds each: the state machine, or a test: `python -m tests.proof.mutants`."""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.proof.town import MEMORY

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "evidence" / "mutants.md"
_COPIED = ("dispatch", "geo", "web", "tests")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "client", "e2e")


@dataclass(frozen=True)
class Mutant:
    """One fault: the text that is replaced, once, and what it breaks.

    It is found by the state machine, or by the `test` that must fail, a pytest node.
    """

    breaks: str
    file: str
    right: str
    wrong: str
    test: str | None = None

    def planted(self, root: Path) -> str:
        """Its file with the fault in it. Raises ValueError where the text is not there exactly once."""
        text = (root / self.file).read_text("utf-8")
        if text.count(self.right) != 1:
            raise ValueError(f"{self.file} has {self.right!r} {text.count(self.right)} times: the mutant must follow")
        return text.replace(self.right, self.wrong)


_EFFECTS, _CASES, _UNIT = "dispatch/desk/effects", "dispatch/desk/usecases", "dispatch/desk/unit.py"
_STEPS, _CARRY_OUT, _STANDING = f"{_EFFECTS}/steps.py", f"{_EFFECTS}/carry_out.py", f"{_EFFECTS}/standing.py"
_ANEW = "dispatch/desk/anew.py"
_TRIP, _DOMAIN, _TIMERS = "dispatch/vocabulary/trip_steps.py", "dispatch/domain", "dispatch/store/books/timers.py"
_DUE_SHIFT = "books.timers.set(Due(kind=DueKind.SHIFT_ENDS, subject=held.id, at=ends_at))"
_DUE_RETRY = "books.timers.set(Due(kind=DueKind.PROMISE_RETRY, subject=request.id, at=again_at))"
_RELEASE = "release(books, [*live, *_trips(books, others)], actor=by.actor.id, reason=reason, now=now, policy=policy)"
_AGAIN = "call_by(books, promise, now + (ESCALATE_EVERY if promise.level < len(LADDER) - 1 else CALL_BACK_WITHIN))"
_ON_TRIP = "    if held.assignment_id is not None and duty is not Duty.AVAILABLE:"
_SETS_AUTO = "    if auto_accept is not None:\n        books.vehicles.set_auto_accept(vehicle_id, on=auto_accept)\n"
# What the state machine finds.
_BY_MACHINE = (
    Mutant("an answered offer keeps its timer", _STEPS, "if before.phase is Phase.OFFER:", "if False:"),
    Mutant("who waits is not searched for again", _CARRY_OUT, _DUE_RETRY, "pass"),
    Mutant("a promise outlives its request", _STANDING, "if promise is not None and (ended or", "if promise is not None and (not ended and"),
    Mutant("a repeated command is done twice", "dispatch/desk/command.py", "if by.key is not None else None", "if False else None"),
    Mutant("the seconds for an offer on its way are forgotten", _CARRY_OUT, "offer_s(request, policy, now) + policy.offer_undelivered_s", "offer_s(request, policy, now)"),
    Mutant("who declines is not left alone", _STEPS, "if isinstance(event, OfferDeclined) and", "if False and"),
    Mutant("who let an offer pass is asked again at once", _TRIP, "{_S.DECLINED, _S.EXPIRED, _S.STOOD_DOWN}", "{_S.DECLINED, _S.STOOD_DOWN}"),
    Mutant("a vehicle with an offer counts as free", f"{_DOMAIN}/vehicle.py", "and self.assignment_id is None", ""),
    Mutant("a yes is still asked for after the end", _STANDING, "            withdraw_asked(books, books.approvals.list_of(request.id))\n", "            pass\n"),
    Mutant("a yes is still asked for a vehicle that is gone", "dispatch/desk/effects/asking.py", "        if asked.request_id == but:\n            continue\n", "        continue\n"),
    Mutant("the end releases no vehicle", f"{_CASES}/changes.py", _RELEASE, "pass"),
    Mutant("a question to another agency counts as a solution", f"{_DOMAIN}/approval.py", "ask for ask in listed if ask.vehicle_id not in lent", "listed"),
    Mutant("a trip that ended fills no slot", f"{_DOMAIN}/request.py", "for a in assignments if a.fills_slot]", "for a in assignments if a.is_live]"),
    Mutant("a second body gets no vehicle", "dispatch/rules/consequences.py", "return ask.patient.count if each else 1", "return 1"),
    Mutant("a step is not written down", _STEPS, "books.journal.add(event)", "pass"),
    Mutant("a tap can be undone at any time", f"{_DOMAIN}/assignment.py", "if is_undo and not _can_undo", "if False and not _can_undo"),
    Mutant("a late delivery lengthens an offer", f"{_CASES}/trips.py", "min(assignment.expires_at, now + lasts)", "now + lasts"),
    Mutant("a vehicle that broke down is sent again", _STEPS, "duty = Duty.OUT_OF_SERVICE", "duty = Duty.AVAILABLE"),
    Mutant("an infectious trip needs no cleaning", _STEPS, "carried and books.requests.get", "False and books.requests.get"),
    Mutant("a shift never ends", f"{_CASES}/vehicles.py", _DUE_SHIFT, "pass"),
    Mutant("five refusals and the operator hears nothing", f"{_CASES}/trips.py", "int(policy.refusals_to_operator)) == 0", "int(policy.refusals_to_operator) + 2) == 0"),
    Mutant("an overdue promise is forgotten", f"{_CASES}/promises.py", _AGAIN, "pass"),
    Mutant("a vehicle that is passed over has no reason", "dispatch/desk/record.py", "written=position < WRITTEN", "written=position < 3"),
    Mutant("a freed vehicle hastens every timer", _TIMERS, "update(table).where(table.c.kind == kind, ", "update(table).where("),
    Mutant("a timer that is due this instant is not seen", _TIMERS, "table.c.at <= now).order_by", "table.c.at < now).order_by"),
    Mutant("who says yes is still asked by others", _STEPS, "elif not before.is_going and assignment.row.is_going:", "elif False:"),
    Mutant("a driver who leaves is asked all the same", _CARRY_OUT, "if held.duty is not Duty.AVAILABLE:", "if False:"),
    Mutant("a refused change of duty is half done", f"{_CASES}/vehicles.py", _ON_TRIP, _SETS_AUTO + _ON_TRIP),
    Mutant("an undo does not say what was left", f"{_DOMAIN}/assignment.py", "replace(event, undone=assignment.state)", "event"),
    Mutant("a notice has no rule", _CARRY_OUT, "whom=notice.whom, rule=notice.rule,", "whom=notice.whom,"),
    Mutant("the journal names no decision", _CARRY_OUT, "decision_id=decision_id, ", ""),
    Mutant("a passed offer leaves its request with nothing", _TRIP, 'event="offer_expired", reopens=True', 'event="offer_expired"'),
    Mutant("a trip cleared on the scene is undone to elsewhere", _TRIP, "next((came for came in reversed(before) if came in reached)", "next((came for came in reversed(before))"),
    Mutant("a yes is forgotten by the search that it lets go on", _UNIT, ", *([answered] if answered else ())", ""),
    Mutant("an offer's end wakes nobody", _STEPS, "        wake_waiting(books, now)\n    elif", "        pass\n    elif"),
    Mutant("a change is judged by what was asked before", _ANEW, "unit.search_again(replace(request, ask=ask), now,", "unit.search_again(request, now,"),
    Mutant("a request joins a second incident", f"{_DOMAIN}/incident.py", "    if request.incident is not None:\n        return Refusal(", "    if False:\n        return Refusal("),
    Mutant("a request that left is still in its incident", f"{_CASES}/incidents.py", "    _keep(books, leaving, IncidentLeft(", "    _keep(books, [], IncidentLeft("),
    Mutant("a vehicle that is only asked counts as assigned", f"{_DOMAIN}/incident.py", "sought=vehicles[Phase.OFFER] + vehicles[None]", "sought=vehicles[None]"),
    Mutant("a trip that is over is watched on", _STEPS, "books.timers.drop(kind, assignment.id)", "pass"),
)  # fmt: skip
_PLAN, _SCOPE, _LIVE = "dispatch/tell/plan.py", "dispatch/reading/scope.py", "web/live.py"
_UNITS = "tests/unit"
_THINKING, _PLANNED = f"{_UNITS}/desk/test_thinking.py", f"{_UNITS}/tell/test_plan.py"
_WALK = "tests/web/test_walk.py::test_each_role_follows_what_its_scope_promises_and_no_more"
_TOLD_LATE = f"{_PLANNED}::test_a_step_is_told_when_it_can_no_longer_be_undone_and_an_undone_one_never"
_PLAYED = "tests/scenarios/test_scenarios.py::test_the_scenario_comes_out_as_it_is_written"
_OF_REQUEST = "        return of_request(person, request)\n    return Scope.NONE if person.role is Role.STAFF"
# What a test finds: telling, reading, the live connection, who may, and the thread that thinks.
_BY_TEST = (
    Mutant("a step is told though it was undone", _PLAN, "return it.drop(frozenset({*untold, Template.PATIENT_DIED} if STATES[state].loaded else untold))", "return ()", _TOLD_LATE),
    Mutant("a step is told before it can no longer be undone", _PLAN, "it.say(to, template, wait=SETTLED)", "it.say(to, template)", _TOLD_LATE),
    Mutant("the end of a request drops nothing that waits", _PLAN, "overtaken = it.drop(_OVERTAKEN | _OVERTAKEN_STEPS)", "overtaken = ()", f"{_PLANNED}::test_who_cancelled_is_not_told_that_a_replacement_is_looked_for"),
    Mutant("a notice is told without its rule", _PLAN, "Template.OPERATOR_NOTICE), rule=event.rule)", "Template.OPERATOR_NOTICE))", "tests/journeys/test_messages.py::test_a_course_is_read_word_for_word_as_its_letters_say"),
    Mutant("a vehicle that waits for the way back is kept from nobody", f"{_EFFECTS}/keeping.py", "if one.request_id not in waiting), *overlapping]", "if one.request_id not in waiting)]", f"{_UNITS}/desk/test_returning.py::test_the_vehicle_that_brought_the_patient_is_kept_from_others_until_the_way_back"),
    Mutant("a vehicle that has gone home is still said to wait", f"{_CASES}/vehicles.py", "    if duty in (Duty.OFF_DUTY, Duty.OUT_OF_SERVICE):", "    if False:", f"{_UNITS}/desk/test_returning.py::test_a_vehicle_that_goes_home_or_breaks_waits_no_longer_and_the_way_back_stays"),
    Mutant("an end that was an error leaves a vehicle waiting", _STEPS, "    if before.phase is Phase.SERVED and assignment.is_live:", "    if False:", f"{_UNITS}/desk/test_returning.py::test_an_end_that_was_an_error_is_no_waiting_until_it_ends_again"),
    Mutant("an undone step is shown as done", f"{_DOMAIN}/assignment.py", "stamps.pop(assignment.state, None)", "pass", f"{_UNITS}/reading/test_family.py::test_each_step_is_shown_and_one_that_is_taken_back_no_longer"),
    Mutant("the next search is shown at a time of its own", "dispatch/reading/requests.py", "return retry.at if retry else None", "return promise.due_at", f"{_UNITS}/reading/test_promises.py::test_the_page_says_when_the_search_really_goes_on"),
    Mutant("staff see another facility's request", _SCOPE, "if scope is Scope.FULL and facility_of(person) not in (None, request.ask.requester):", "if False:", "tests/web/test_requests.py::test_another_facilitys_request_does_not_exist"),
    Mutant("the live connection tells what HTTP refuses", _SCOPE, _OF_REQUEST, _OF_REQUEST.replace("of_request(person, request)", "Scope.FULL"), _WALK),
    Mutant("a live page begins with every facility's requests", _LIVE, "facility=facility_of(person), limit", "facility=None, limit", _WALK),
    Mutant("a device follows requests", _LIVE, "if not may(signed_in.person.role, LIVE):", "if False:", _WALK),
    Mutant("a driver's page shows the number before the yes", "dispatch/reading/vehicles.py", "if live and live.row.is_going else None", "if live else None", "tests/web/test_drivers.py::test_a_trip_from_the_offer_to_its_end"),
    Mutant("staff find out a number by asking", "dispatch/reading/likeness.py", "(other, phone if _sees(person, other) else None)", "(other, phone)", "tests/web/test_likeness.py::test_nobody_finds_out_by_asking_whose_number_another_facility_has"),
    Mutant("requests of one incident are taken for one", f"{_DOMAIN}/likeness.py", "one.incident is not None and one.incident == other.incident", "False", f"{_PLAYED}[86-satu-kejadian]"),
    Mutant("a driver may assign", "dispatch/vocabulary/roles.py", "{_P.SEE_WAYS, _P.DRIVE, ", "{_P.SEE_WAYS, _P.ASSIGN, _P.DRIVE, ", f"{_UNITS}/vocabulary/test_roles.py::test_a_permission_is_theirs_whose_it_is_and_nobody_elses"),
    Mutant("a command without its key is carried out", "web/auth.py", 'return method == "POST" and path not in KEYLESS', 'return method == "POST" and path not in KEYLESS and "{" in path', "tests/web/test_keys.py::test_every_post_that_keeps_something_demands_a_key_and_no_other_does"),
    Mutant("every operator ends what nobody was called about", "dispatch/desk/usecases/changes.py", "if not by.actor.may(Permission.END_UNREACHED):", "if by.actor.facility is not None:", f"{_UNITS}/desk/test_ending.py::test_nobody_ends_what_nobody_was_called_about_but_who_may_by_name"),
    Mutant("a scenario derives what the API does not", "dispatch/sim/scenario/seed.py", "return asked_by(Ask(**said), self.asker(act), sample_areas())", "return replace(asked_by(Ask(**said), self.asker(act), sample_areas()), requester=act.requester)", "tests/scenarios/test_both.py::test_a_scenario_over_the_api_comes_out_as_the_player_plays_it[90-dari-tempatnya]"),
    Mutant("a cookie is taken from another origin", "web/auth.py", "if signed_in and signed_in.by_cookie and method not in _SAFE and not same_origin(connection):", "if False:", "tests/web/test_roles.py::test_a_cookie_works_from_our_own_pages_alone"),
    Mutant("a cookie of another origin opens the live connection", _LIVE, "(signed_in.by_cookie and not same_origin(socket))", "False", "tests/web/test_live.py::test_nobody_comes_in_without_sign_in_or_from_another_page"),
    Mutant("a search keeps the event loop", _UNIT, "return await asyncio.get_running_loop().run_in_executor(self._thinking, lambda: work(*args, **kwargs))", "return work(*args, **kwargs)", f"{_THINKING}::test_no_use_case_searches_in_the_thread_of_the_loop"),
    Mutant("a search looks at a fleet of before its turn", _UNIT, "async with self._searching:", "async with contextlib.nullcontext():", f"{_THINKING}::test_who_asks_while_another_search_runs_is_decided_on_what_is_there_then"),
    Mutant("many that want one vehicle are refused", _UNIT, "self._again if race else contextlib.nullcontext()", "contextlib.nullcontext()", f"{_UNITS}/desk/test_repeats.py::test_thirty_at_once_get_thirty_vehicles_though_all_want_the_nearest"),
    Mutant("a published speed cap reaches no road", f"{_CASES}/following.py", "SpeedCaps(town_kph=policy.hearse_town_kph, open_kph=policy.hearse_open_kph)", "SpeedCaps()", f"{_UNITS}/desk/test_following.py::test_a_published_speed_cap_reaches_the_roads_at_its_time"),
    Mutant("a crew confirms by itself that its patient died", f"{_DOMAIN}/death.py", "if word.confirmed and word.whose is WhoseWord.CREW:", "if False:", f"{_UNITS}/desk/test_deaths.py::test_the_crew_takes_its_report_back_and_confirms_nothing"),
    Mutant("a death that is not confirmed makes a request", f"{_CASES}/deaths.py", "if not word.confirmed:", "if False:", f"{_UNITS}/desk/test_deaths.py::test_alive_ends_the_report_and_leaves_nothing_and_a_crew_may_report_again"),
    Mutant("a vehicle leaves where nobody was found", f"{_CASES}/trips.py", "if step in _LEAVES else None", "if False else None", f"{_UNITS}/desk/test_reports.py::test_a_vehicle_stays_no_longer_than_the_policy_says"),
)  # fmt: skip
_BYTE_FOR_BYTE = (
    "tests/web/test_deaths.py::test_between_report_and_confirmation_the_family_reads_what_it_read_before_byte_for_byte"
)
# What a scenario finds: that the plan changes when the world does.
_ARRIVING = f"{_UNITS}/desk/test_arriving.py"
_BY_SCENARIO = (
    Mutant("nobody is woken when time lets somebody go", _CARRY_OUT, "min(now + RETRY_EVERY, may_change_at(decision) or", "min(now + RETRY_EVERY,", f"{_PLAYED}[73-istirahat-selesai]"),
    Mutant("a change lets a vehicle go unasked", f"{_CASES}/changing.py", "if going and not agreed else None", "if False else None", f"{_UNITS}/desk/test_changing.py::test_a_vehicle_that_is_not_needed_any_more_is_let_go_only_when_that_was_agreed"),
    Mutant("who carries somebody is called back", _TRIP, "leads_from=GOING - ABOARD,", "leads_from=GOING,", f"{_UNITS}/vocabulary/test_trip_steps.py::test_every_step_leads_from_every_state_where_it_led_before"),
    Mutant("a vehicle that comes nearer wakes nobody", f"{_CASES}/vehicles.py", "if not (lost | moved) & free:", "if not lost & free:", f"{_PLAYED}[72-makin-dekat]"),
    Mutant("the operator is told the same twice", f"{_EFFECTS}/noticing.py", "if what not in noticed(books, assignment):", "if True:", f"{_UNITS}/desk/test_reports.py::test_what_is_reported_twice_is_told_once_and_a_call_is_owed_meanwhile"),
    Mutant("a late yes is taken though somebody else was asked", _STEPS, "if assignment.row.phase is Phase.LOST and not", "if False and not", f"{_PLAYED}[71-ya-terlambat-diteruskan]"),
    Mutant("an unanswered offer keeps a vehicle from a red", _STANDING, "return held.state is AssignmentState.OFFERED and", "return False and", f"{_PLAYED}[60-merah-dahulu]"),
    Mutant("silence is a refusal", "dispatch/choosing/decision.py", "if lacks and silent else step", "if False else step", f"{_PLAYED}[61-diam-bukan-penolakan]"),
    Mutant("a first contact's silence is a refusal", "dispatch/choosing/decision.py", "tried=left, again=silent,", "tried=left,", f"{_PLAYED}[100-dua-diam-bersama]"),
    Mutant("one preference hides another", "dispatch/rules/judge_fleet.py", "heard.preferred_s = heard.preferred_s + worth_s", "heard.preferred_s = np.maximum(heard.preferred_s, worth_s)", f"{_PLAYED}[97-warga-sendiri-di-antara-yang-setara]"),
    Mutant("the way out is said of the nearest alone", "dispatch/desk/search.py", "            looking.look_for_one(numbers)", "            pass", f"{_UNITS}/desk/test_unlocks.py::test_it_is_said_though_the_soonest_of_all_cannot_be_helped"),
    Mutant("a vehicle that moves away is looked at later", f"{_CASES}/arriving.py", "    if away:\n        await", "    if False:\n        await", f"{_PLAYED}[102-menjauh]"),
    Mutant("nobody hears of a red's silent driver", f"{_CASES}/trips.py", "escalate(books, request, Why.RED_SILENT,", "(lambda *_: None)(books, request, Why.RED_SILENT,", f"{_PLAYED}[61-diam-bukan-penolakan]"),
    Mutant("a position that comes back wakes nobody", f"{_CASES}/vehicles.py", "if not (lost | moved) & free:", "if not moved & free:", f"{_PLAYED}[62-antrean-dulu]"),
    Mutant("a request ends with somebody aboard", f"{_CASES}/changes.py", "(carrying(books.assignments.list_of(one.id)) for one in (request, *others))", "()", f"{_PLAYED}[63-pasien-di-dalam]"),
    Mutant("a body in a vehicle that broke down is forgotten", "dispatch/domain/aboard.py", "or next(iter(list_stranded(trips)), None)", "or None", f"{_UNITS}/desk/test_aboard.py::test_who_is_in_a_vehicle_that_broke_down_is_left_to_nobody"),
    Mutant("a breakdown forgets the cleaning", f"{_CASES}/vehicles.py", "duty is Duty.AVAILABLE and held.to_clean and", "False and", f"{_UNITS}/desk/test_breaking.py::test_what_is_to_be_cleaned_is_cleaned_whatever_happens_before"),
    Mutant("a body that nobody carried is served", f"{_EFFECTS}/noticing.py", "return None if died or treated else", "return None if True else", f"{_UNITS}/desk/test_reports.py::test_a_trip_is_over_on_the_scene_only_where_somebody_was_treated"),
    Mutant("a vehicle stays at a destination that is another one", f"{_CASES}/changing.py", "        if step is not None:", "        if False:", f"{_UNITS}/desk/test_changing.py::test_a_vehicle_at_a_destination_that_is_another_one_sets_out_again"),
    Mutant("an operator's choice frees who carries somebody", f"{_EFFECTS}/places.py", "if refusal := carrying([leaving]) or", "if refusal := None or", f"{_PLAYED}[63-pasien-di-dalam]"),
    Mutant("a trip that was put back keeps the times of what never was", f"{_DOMAIN}/assignment.py", "for state, stamp in stamps.items() if state in until(event.state)", "for state, stamp in stamps.items()", f"{_UNITS}/domain/test_correction.py::test_a_step_by_slip_leaves_no_stamp_and_the_event_keeps_when_it_was_tapped"),
    Mutant("who carries nobody after all keeps the other's place", f"{_CASES}/trips.py", "elif was_picked_up(before) and not", "elif False and not", f"{_UNITS}/desk/test_correcting.py::test_a_first_contact_that_carries_nobody_after_all_is_ahead_again_and_another_is_sought"),
    Mutant("a vehicle is put back on its trip from another", _STEPS, " or other is not None:", ":", f"{_UNITS}/desk/test_correcting.py::test_a_vehicle_that_is_asked_for_another_trip_is_not_put_back_on_the_one_before"),
    Mutant("a vehicle is diverted with somebody aboard", f"{_CASES}/diverting.py", "if a.is_live and not was_picked_up(a) and", "if a.is_live and", f"{_UNITS}/desk/test_diverting.py::test_who_carries_somebody_is_never_diverted"),
    Mutant("a red loses its vehicle to another red", _STANDING, " and other.urgency is not Urgency.RED", "", f"{_UNITS}/desk/test_diverting.py::test_only_a_red_takes_and_only_from_another_that_is_none"),
    Mutant("a diversion leaves the lower request without a search", _CARRY_OUT, "books.timers.set(Due(kind=DueKind.PROMISE_RETRY, subject=other.id, at=now))\n    watch_long", "watch_long", f"{_UNITS}/desk/test_diverting.py::test_the_lower_one_gets_the_next_vehicle_and_the_diverted_one_again_when_it_is_free"),
    Mutant("who is on its way is let go before the chosen one has said yes", f"{_EFFECTS}/places.py", "    if leaving.row.is_going:\n        return INSTEAD\n", "", f"{_UNITS}/desk/test_instead.py::test_who_is_on_its_way_drives_on_until_the_other_has_said_yes"),
    Mutant("who was asked instead comes although the other is there", f"{_CASES}/trips.py", "let_the_asked_be(books, request, now, policy)\n", "pass\n", f"{_UNITS}/desk/test_instead.py::test_who_arrives_first_is_not_replaced_any_more"),
    Mutant("a vehicle is proposed that is hardly sooner", "dispatch/desk/sooner.py", "best_s - diverted.arrival.eta_s < policy.divert_gain_s", "best_s < diverted.arrival.eta_s", f"{_UNITS}/desk/test_proposing.py::test_minutes_that_are_few_are_not_worth_it"),
    Mutant("a red gets back by the desk what it lost", "dispatch/desk/sooner.py", "    not_again |= {a.vehicle_id for a in around.own if a.state is AssignmentState.STOOD_DOWN}\n", "", f"{_UNITS}/desk/test_proposing.py::test_nobody_is_diverted_back_where_the_two_change_places"),
    Mutant("staff read what is proposed to operators", "dispatch/reading/scope.py", "    if isinstance(event, ProposalEvent) and not hears_proposals(person):\n        return True\n", "", "tests/unit/reading/test_scope.py::test_what_is_proposed_to_operators_nobody_else_hears_of[vehicle_proposed]"),
    Mutant("nobody hears that a request waits long whose vehicle was diverted", _CARRY_OUT, "watch_long(books, other.id, now, policy)\n", "\n", f"{_UNITS}/desk/test_diverting.py::test_somebody_hears_when_a_lower_one_that_keeps_another_vehicle_waits_long"),
    Mutant("a first contact by a change is let go", _ANEW, "                self.placed[trip.id] = FIRST_CONTACT\n", "                pass\n", f"{_UNITS}/desk/test_anew.py::test_who_may_be_first_contact_of_what_is_a_red_now_is_ahead_and_not_let_go"),
    Mutant("a late yes is not judged anew", f"{_CASES}/trips.py", "        return judge_late(books, known.judged, meant)\n", "        return None\n", f"{_UNITS}/desk/test_anew.py::test_a_late_yes_of_who_may_not_go_any_more_is_thanked_for_and_the_promise_stays"),
    Mutant("a first contact waits for a patient who is aboard another vehicle", f"{_CASES}/trips.py", "        pair_is_over(books, request, now, policy)\n", "        pass\n", f"{_UNITS}/desk/test_pairs.py::test_a_first_contact_is_free_when_the_ambulance_has_the_patient_aboard"),
    Mutant("who is not fit any more stops before a better one goes", _ANEW, "if first is not None and not kept:", "if False:", f"{_PLAYED}[64-memburuk]"),
    Mutant("the ambulance behind a first contact drives on for nothing", f"{_CASES}/trips.py", "if after.slot < 0 and after.state in _WITH_PATIENT and after.state not in before.stamps:", "if False:", f"{_PLAYED}[65-penolong-pertama-membawa]"),
    Mutant("a trip is calculated whenever a position comes", f"{_CASES}/arriving.py", "lately = timedelta(0) <= now - look.at < EVERY", "lately = False", f"{_ARRIVING}::test_whatever_happens_all_read_the_same_minute_and_no_trip_is_calculated_too_often"),
    Mutant("a closed road is felt with the next fifteen seconds alone", "dispatch/desk/usecases/closures.py", "        unit.roads_turn += 1\n", "", f"{_ARRIVING}::test_a_road_that_is_closed_and_opened_is_felt_at_once"),
    Mutant("the family reads what was said first", "dispatch/reading/family.py", "words.arrives_line(said.arrives_at,", "words.arrives_line(said.first_at,", f"{_ARRIVING}::test_whatever_happens_all_read_the_same_minute_and_no_trip_is_calculated_too_often"),
    Mutant("a message tells every change that is notable again", f"{_DOMAIN}/arrival.py", "arrives_at - before.told_at >=", "arrives_at - before.first_at >=", f"{_UNITS}/domain/test_arrival.py::test_a_message_tells_each_step_once_and_what_is_sooner_again_is_told_by_none"),
    Mutant("nobody watches an accepted trip", f"{_CASES}/watching.py", "if at <= now:", "if False:", f"{_PLAYED}[66-diawasi]"),
    Mutant("an unserved request is completed", f"{_CASES}/changes.py", "and request.ask.needs_vehicle and missing:", "and False and missing:", f"{_PLAYED}[67-akhir-yang-benar]"),
    Mutant("a reservation overlaps another", f"{_CASES}/reserving.py", "if taken is not None:", "if False:", f"{_PLAYED}[68-dipesan]"),
    Mutant("three patients who lie share a vehicle", "dispatch/rules/consequences.py", "return _sharing(ask.patient.count, seats) if together else ask.patient.count", "return 1", f"{_PLAYED}[69-tiga-pasien]"),
    Mutant("two rides are kept one vehicle at one time", f"{_CASES}/reserving.py", "(*on_trips, *(one.vehicle_id for one in list_kept(books, at, now, but)))", "on_trips", f"{_UNITS}/desk/test_booked.py::test_two_bookings_at_overlapping_times_keep_two_vehicles_and_at_other_times_one"),
    Mutant("a trip that is moved to tomorrow keeps its offer", "dispatch/desk/anew.py", "at_other_time and decision.step.search_at is not None", "False", f"{_UNITS}/desk/test_changing.py::test_an_offer_ends_where_the_trip_is_moved_to_a_time_that_is_not_searched_for_yet"),
    Mutant("a vehicle drives before it was asked", f"{_CASES}/arriving.py", "leaves_at = max(fix.taken_at, stamp.at)", "leaves_at = fix.taken_at", f"{_ARRIVING}::test_nobody_drives_before_being_asked_or_before_setting_out"),
    Mutant("a way back does not hear that somebody was brought", "dispatch/desk/effects/steps.py", "request.series is not None and there.has_brought", "request.series is not None and False", f"{_UNITS}/desk/test_booked.py::test_a_way_back_waits_for_its_way_there_and_somebody_rings_where_that_has_not_begun"),
    Mutant("what is kept is taken for anybody", "dispatch/rules/judge_one.py", "return ask.urgency is Urgency.RED", "return True", f"{_PLAYED}[88-merah-mengambil-pesanan]"),
    Mutant("nobody hears the evening before", f"{_CASES}/booked.py", "    if untold:", "    if False:", f"{_PLAYED}[87-malam-sebelumnya]"),
    Mutant("what is booked takes the place of what is running", "dispatch/vocabulary/request_states.py", "RUNNING = OPEN - {RequestState.SCHEDULED}", "RUNNING = OPEN", "tests/web/test_live.py::test_what_is_booked_for_later_takes_no_place_of_what_is_running"),
    Mutant("a way back outlives its way there", f"{_DOMAIN}/booking.py", "return tuple(one for one in others if one.returns == request.id)", "return ()", f"{_UNITS}/desk/test_booked.py::test_one_ride_is_cancelled_with_its_way_back_or_with_all_later_ones"),
    Mutant("the family is told of a death that is not confirmed", "dispatch/tell/plan.py", "told += _to_receiving(it, Template.PATIENT_DIED if event.aboard else Template.PATIENT_DIED_ON_SCENE)\n", 'told += it.say("contact", Template.ONWARD)\n', _BYTE_FOR_BYTE),
    Mutant("whoever asked reads of a death that is not confirmed", "dispatch/reading/scope.py", "return is_of_death(event) and not confirmed", "return False and not confirmed", _BYTE_FOR_BYTE),
    Mutant("the letters of a death that is not confirmed are shown", "dispatch/reading/scope.py", "return not of_death or hears_of_death(person, request)", "return True", _BYTE_FOR_BYTE),
    Mutant("the family's old link does not follow the body", f"{_CASES}/changes.py", "body_followed(books, request) or request.duplicate_of", "request.duplicate_of", f"{_PLAYED}[77-meninggal-di-jalan]"),
    Mutant("nobody asks the family where to", _STANDING, "not promise.owes_a_word", "True", f"{_PLAYED}[77-meninggal-di-jalan]"),
    Mutant("a yes by phone waits for the approver", f"{_DOMAIN}/approval.py", "        if self.is_asked:\n            return True\n", "        if self.is_asked:\n            return not heard\n", f"{_PLAYED}[93-izin-lewat-telepon]"),
    Mutant("who is under way is let go with the yes that is taken back", f"{_CASES}/approving.py", "    if going:\n        return _Plan(decision=decision, until_better=lost)\n", "", f"{_UNITS}/desk/test_heard.py::test_who_is_under_way_without_the_yes_drives_on_until_a_better_one_has_said_yes"),
    Mutant("a yes is taken back with somebody aboard", f"{_CASES}/approving.py", "if lost is None or not was_picked_up(lost):", "if True:", f"{_UNITS}/desk/test_heard.py::test_whoever_was_picked_up_is_brought_to_the_end_whatever_is_said_then"),
    Mutant("nobody's deputy is asked", f"{_CASES}/approving.py", "    if deputy is not None:", "    if False:", f"{_PLAYED}[94-wakil-menjawab]"),
    Mutant("of several the first gives way", f"{_CASES}/approving.py", "slower = max(offered,", "slower = min(offered,", f"{_UNITS}/desk/test_mutual_aid.py::test_of_several_that_are_asked_the_latest_gives_way"),
    Mutant("help is asked for where a driver goes at once", _CARRY_OUT, "    if is_solved(request, trips):\n        eta_s =", "    if False:\n        eta_s =", f"{_UNITS}/desk/test_mutual_aid.py::test_nobody_is_asked_for_help_where_a_driver_takes_every_offer"),
    Mutant("a letter that was sent is written anew of what is there now", "dispatch/reading/seen.py", "if kept is not None and message.state is MessageState.SENT:", "if kept is not None and message.state is MessageState.DROPPED:", "tests/unit/tell/test_teller.py::test_what_was_sent_reads_later_as_it_was_sent"),
    Mutant("a letter speaks of the time of when it was planned", "dispatch/reading/seen.py", "due=promise.due_at if promise is not None else None", "due=None", "tests/unit/reading/test_letters.py::test_a_letter_that_is_not_sent_yet_speaks_of_the_ledgers_time"),
    Mutant("nobody is rung where the crew finds nobody", f"{_CASES}/reports.py", "    else:\n        policy = unit.policy(books, now)", "    elif False:\n        policy = unit.policy(books, now)", f"{_PLAYED}[70-awak-melaporkan]"),
)  # fmt: skip
MUTANTS = (*_BY_MACHINE, *_BY_TEST, *_BY_SCENARIO)


@contextmanager
def copied(mutant: Mutant | None) -> Iterator[tuple[Path, Path]]:
    """A folder, and in it a copy of the code with this fault."""
    with tempfile.TemporaryDirectory(prefix="jemput-mutant-", dir=MEMORY) as folder:
        copy = Path(folder) / "copy"
        for name in _COPIED:
            shutil.copytree(ROOT / name, copy / name, ignore=_LEFT_OUT)
        shutil.copy(ROOT / "pyproject.toml", copy)
        if mutant is not None:
            (copy / mutant.file).write_text(mutant.planted(copy), "utf-8")
        yield Path(folder), copy


def run_in(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A module of the copy, to its end."""
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, timeout=4 * 3600, check=False
    )


def hunt(mutant: Mutant | None, *, examples: int, steps: int, seed: int) -> tuple[int, str | None]:
    """(steps, the first fault found or None) of the state machine over a copy of the code with this fault in it."""
    with copied(mutant) as (folder, copy):
        budget = ["--seed", str(seed), "--examples", str(examples), "--steps", str(steps)]
        done = run_in(copy, "tests.proof.hunt", "--folder", str(folder), *budget)
        lines = done.stdout.splitlines()
        if not lines:
            last = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"ended with {done.returncode}"
            return 0, last  # it does not even start
        found = json.loads(lines[-1])
        return found["steps"], found["fault"]


def run_test(mutant: Mutant | None, test: str) -> str | None:
    """The line of the test that fails over a copy of the code with this fault in it, or None where it passes.

    Raises ValueError where it could not be run.
    """
    with copied(mutant) as (folder, copy):
        options = ["-p", "no:cacheprovider", "--tb=line", "--basetemp", str(folder / "temporary")]
        done = run_in(copy, "pytest", *options, test)
        if done.returncode not in (0, 1):
            raise ValueError(f"{test} cannot be run: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        lines = done.stdout.splitlines()
        failed = next((line for line in lines if line.startswith(("FAILED", "ERROR"))), "it did not end")
        return failed if done.returncode else None


def find(mutant: Mutant, *, examples: int, steps: int, seed: int) -> tuple[str, str | None]:
    """What found the fault, and how it was seen; None where nothing did."""
    if mutant.test is not None:
        return f"`{mutant.test}`", run_test(mutant, mutant.test)
    taken, fault = hunt(mutant, examples=examples, steps=steps, seed=seed)
    return f"the state machine, {taken} steps", fault


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--seed", type=int, default=119)
    parser.add_argument(
        "--only", default="", help="those with this in their name, file or test; the table stays as it is"
    )
    options = parser.parse_args()
    budget = {"examples": options.examples, "steps": options.steps, "seed": options.seed}
    chosen = [mutant for mutant in MUTANTS if options.only in f"{mutant.breaks} {mutant.file} {mutant.test}"]
    for test in sorted({mutant.test for mutant in chosen if mutant.test is not None}):
        if (fault := run_test(None, test)) is not None:
            raise SystemExit(f"without any fault planted there is one already: {fault}")
    rows, missed = [], 0
    for number, mutant in enumerate(chosen, 1):
        by, fault = find(mutant, **budget)
        missed += fault is None
        told = "NOT FOUND" if fault is None else fault.replace("|", "/")[:110]
        rows.append(f"| {number} | {mutant.breaks} | `{mutant.file}` | {by} | {told} |")
        sys.stdout.write(f"{number:2}/{len(chosen)} {mutant.breaks:56} {by.rpartition('::')[2]:60}  {told}\n")
        sys.stdout.flush()
    head = (
        "# Planted faults\n\n"
        f"Each of these faults was planted alone in a copy of the code. The state machine of `tests/proof` ran over it "
        f"until the first promise was broken (at most {options.examples} runs of {options.steps} steps, seed "
        f"{options.seed}), or the test that is named had to fail. Made by `make mutants` on "
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}. "
        f"{len(chosen) - missed} of {len(chosen)} were found.\n\n"
        "| | planted | file | found by | first seen as |\n|---|---|---|---|---|\n"
    )
    if len(chosen) == len(MUTANTS):
        TABLE.parent.mkdir(parents=True, exist_ok=True)
        TABLE.write_text(head + "\n".join(rows) + "\n", "utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
