"""Malformed and contradictory packs: each with the line and a part of the sentence that refuse it."""

HEAD = """[pack]
agency = "kota-tangerang"
title = "SOP Contoh"
version = "uji"
effective_from = 2030-01-01T00:00:00+07:00
"""
RULE = """[[rule]]
id = "X1"
title = "Aturan contoh"
effect = "deny"
vehicles = { class = ["village_car"] }
when = { need = ["body"] }
clause = "Bunyi contoh."
source = "Sumber contoh"
reason = { met = "a", unmet = "b" }
"""
LINE = {name: number for number, name in enumerate(("rule", "id", "title", "effect", "vehicles", "when"), 6)}
LINE |= {"clause": 12, "source": 13, "reason": 14, "more": 15}


def head(old: str, new: str) -> str:
    """A pack whose head is wrong."""
    assert HEAD.count(old) == 1
    return HEAD.replace(old, new) + RULE


def rule(old: str, new: str, more: str = "") -> str:
    """A pack whose only rule is wrong."""
    assert RULE.count(old) == 1
    return HEAD + RULE.replace(old, new) + more


def part(name: str, value: str) -> str:
    """A pack whose rule has this part, on its own line."""
    old = next((line for line in RULE.splitlines() if line.startswith(f"{name} =")), None)
    return rule(old, f"{name} = {value}") if old else HEAD + RULE + f"{name} = {value}\n"


def effect(name: str, more: str = "", *, without: str = "") -> str:
    """A pack whose rule has another effect; `more` begins at line 15."""
    text = RULE.replace('"deny"', f'"{name}"')
    return HEAD + (text.replace(without, "# \n") if without else text) + more


def policy(line: str) -> str:
    """A pack with a policy: the line is the seventh."""
    return HEAD + f"[policy]\n{line}\n" + RULE


def in_english(reason: str) -> str:
    """A pack whose rule says this in English."""
    return rule('unmet = "b"', f'unmet = "b", en = {{ {reason} }}')


OWN_TABLE = '[rule.reason.en]\nmet = "{crew}"\nunmet = "b"\n'


def certain(lines: str) -> str:
    """A pack with figures of certain hours: the lines begin at the seventh."""
    return HEAD + f"[[policy.hours]]\n{lines}\n" + RULE


NIGHT = 'hours = "22:00-05:00"\n'
WHEN, VEHICLES = 'when = { need = ["body"] }\n', 'vehicles = { class = ["village_car"] }\n'
BAD: dict[str, tuple[str, int, str]] = {
    # No pack at all.
    "nothing": ("", 1, "begin with [pack]"),
    "no TOML": ("[pack\n", 1, "not TOML"),
    "no TOML far down": (HEAD + RULE + "colour red\n", LINE["more"], "not TOML"),
    "a key twice": (HEAD + 'title = "lagi"\n' + RULE, 6, "not TOML"),
    "an open text": (HEAD + 'x = "', 6, "not TOML"),
    "not UTF-8": (HEAD + RULE.replace("Bunyi contoh.", "Bunyi \udce4"), LINE["clause"], "UTF-8"),
    "brackets without end": (HEAD + RULE + "must = " + "[" * 4_000 + "]" * 4_000, 1, "too long"),
    "a number without end": (HEAD + RULE + "must = " + "9" * 9_000, 1, "too long"),
    # The head.
    "no head": (RULE, 1, "begin with [pack]"),
    "an empty head": ("[pack]\n" + RULE, 1, "lacks agency, title, version, effective_from"),
    "a head of a word": ('pack = "x"\n' + RULE, 1, "written as a table"),
    "a head without version": (head('version = "uji"\n', ""), 1, "lacks version"),
    "an unknown table": (HEAD + "[rules]\n" + RULE, 6, "unknown field 'rules' in a pack"),
    "an unknown key of the head": (
        head('title = "SOP Contoh"', 'title = "SOP"\nauthor = "x"'),
        4,
        "unknown field 'author'",
    ),
    "an agency of many words": (head('"kota-tangerang"', '"Kota Tangerang"'), 2, "small letters"),
    "an agency of a number": (head('"kota-tangerang"', "5"), 2, "agency takes a text"),
    "a version of a path": (head('"uji"', '"../uji"'), 4, "letters, digits, dots"),
    "an empty version": (head('"uji"', '""'), 4, "version takes a text"),
    "an empty title": (head('"SOP Contoh"', '"  "'), 3, "title takes a text"),
    "an endless title": (head("SOP Contoh", "x" * 1_001), 3, "1000 characters at most"),
    "a time without offset": (head("T00:00:00+07:00", "T00:00:00"), 5, "a time with an offset"),
    "a day for a time": (head("2030-01-01T00:00:00+07:00", "2030-01-01"), 5, "a time with an offset"),
    "a time in quotes": (head("2030-01-01T00:00:00+07:00", '"2030-01-01T00:00:00+07:00"'), 5, "a time with an offset"),
    "a day that is not in the calendar": (head("2030-01-01T", "2030-02-30T"), 5, "not TOML"),
    "a time before there were any": (head("2030-01-01T", "1900-01-01T"), 5, "between the years 2000 and 2200"),
    # The policy.
    "an unknown figure": (policy("offer_blue_s = 30"), 7, "unknown field 'offer_blue_s' in policy"),
    "a figure in quotes": (policy('offer_red_s = "30"'), 7, "a number that is not negative"),
    "a negative figure": (policy("offer_red_s = -30"), 7, "a number that is not negative"),
    "a figure that is none": (policy("offer_red_s = nan"), 7, "a number that is not negative"),
    "half a refusal": (policy("refusals_to_operator = 2.5"), 7, "a whole number"),
    "an offer of a day": (policy("offer_red_s = 86400"), 7, "takes 5 to 3600"),
    "red that waits longer": (policy("offer_red_s = 120"), 7, "red is asked for no longer"),
    "a hearse faster in town": (policy("hearse_town_kph = 90"), 7, "no faster in town"),
    "a policy of a number": ("policy = 3\n" + HEAD + RULE, 1, "written as a table"),
    "hours that are a number": (policy("hours = 3"), 7, "written as [[policy.hours]] tables"),
    "hours that are a list of numbers": (policy("hours = [3]"), 7, "written as [[policy.hours]] tables"),
    "hours of no time": (certain("offer_red_s = 45"), 6, "written as [[policy.hours]] tables"),
    "hours of no figure": (certain(NIGHT), 6, "written as [[policy.hours]] tables"),
    "hours of a vehicle": (certain('hours = "own"\noffer_red_s = 45'), 6, "written as [[policy.hours]] tables"),
    "hours of every kind": (certain(NIGHT + "offer_red_s = 45\n[[policy.hours]]\n" * 9), 23, "8 at most"),
    "hours without end": (certain('hours = ["22:00"]\noffer_red_s = 45'), 7, "are no hours"),
    "hours of a holiday": (certain(NIGHT + 'weekdays = "libur"\noffer_red_s = 45'), 8, "is no day"),
    "an unknown figure of the night": (certain(NIGHT + "offer_blue_s = 45"), 8, "unknown field 'offer_blue_s'"),
    "half a refusal at night": (certain(NIGHT + "refusals_to_operator = 2.5"), 8, "a whole number"),
    "an offer of a day at night": (certain(NIGHT + "offer_other_s = 86400"), 8, "takes 5 to 3600"),
    "red that waits longer at night": (certain(NIGHT + "offer_red_s = 120"), 8, "red is asked for no longer"),
    "red that waits longer where two hours meet": (
        certain(NIGHT + 'offer_red_s = 80\n[[policy.hours]]\nhours = "04:59-06:00"\noffer_other_s = 70'),
        9,
        "red is asked for no longer",
    ),
    # A rule's fields.
    "rules with one bracket": (HEAD + "[rule]\nid = 'X1'\n", 6, "two brackets"),
    "rules in a text": ('rule = "x"\n' + HEAD, 1, "two brackets"),
    "a rule of nothing": (HEAD + "[[rule]]\n", 6, "lacks id, title, effect, clause, source, reason"),
    "a rule without clause": (rule('clause = "Bunyi contoh."\n', ""), 6, "lacks clause"),
    "an unknown field": (HEAD + RULE + 'colour = "red"\n', LINE["more"], "unknown field 'colour' in a rule"),
    "a field of another effect": (HEAD + RULE + 'documents = ["ktp"]\n', LINE["more"], "belongs to the effect defer"),
    "an unknown effect": (rule('"deny"', '"forbid"'), LINE["effect"], "'forbid' is no effect"),
    "an effect of a number": (rule('"deny"', "1"), LINE["effect"], "effect takes a text"),
    "an id with spaces": (rule('"X1"', '"X 1"'), LINE["id"], "a letter, then letters"),
    "an endless id": (rule('"X1"', f'"{"X" * 21}"'), LINE["id"], "a letter, then letters"),
    "a built-in id": (rule('"X1"', '"KELAS"'), LINE["id"], "built-in"),
    "an id twice": (HEAD + RULE + RULE, 16, "stands twice in this pack (line 6)"),
    "an empty clause": (rule('"Bunyi contoh."', '""'), LINE["clause"], "clause takes a text"),
    "a reason of a word": (rule('{ met = "a", unmet = "b" }', '"b"'), LINE["reason"], "written as a table"),
    "half a reason": (rule(', unmet = "b"', ""), LINE["reason"], "lacks unmet"),
    "an unknown reason": (
        rule('unmet = "b"', 'unmet = "b", why = "c"'),
        LINE["reason"],
        "unknown field 'why' in reason",
    ),
    "half a reason in English": (in_english('met = "a"'), LINE["reason"], "the rule's reason lacks unmet"),
    "an English reason of a word": (rule('unmet = "b"', 'unmet = "b", en = "a"'), LINE["reason"], "written as a table"),
    "an empty reason in English": (in_english('met = " ", unmet = "b"'), LINE["reason"], "met takes a text"),
    "an unknown English reason": (
        in_english('met = "a", unmet = "b", why = "c"'),
        LINE["reason"],
        "unknown field 'why' in en",
    ),
    "an English fact that no condition sees": (
        in_english('met = "a", unmet = "{crew}"'),
        LINE["reason"],
        "reason.en.unmet names {crew}, which X1 does not look at",
    ),
    "a brace alone in English": (in_english('met = "a}", unmet = "b"'), LINE["reason"], "brace without its pair"),
    "an English fact in its own table": (
        rule('reason = { met = "a", unmet = "b" }\n', "", '[rule.reason]\nmet = "a"\nunmet = "b"\n' + OWN_TABLE),
        18,
        "reason.en.met names {crew}",
    ),
    "a fact that no condition sees": (rule('unmet = "b"', 'unmet = "{crew}"'), LINE["reason"], "does not look at"),
    "a brace alone": (rule('unmet = "b"', 'unmet = "{class"'), LINE["reason"], "brace without its pair"),
    "overridable by a stranger": (
        HEAD + RULE + 'overridable_by = "mayor"\n',
        LINE["more"],
        "'mayor' is no overridable_by",
    ),
    "more rules than anybody reads": (
        HEAD + "".join(RULE.replace("X1", f"X{number}") for number in range(201)),
        6 + 200 * 9,
        "200 at most",
    ),
    # Conditions.
    "an unknown condition": (part("when", "{ needs = ['body'] }"), LINE["when"], "unknown field 'needs' in when"),
    "conditions of a text": (part("when", '"body"'), LINE["when"], "a table of conditions"),
    "conditions of a number": (part("when", "3"), LINE["when"], "a table of conditions"),
    "no conditions": (part("when", "{}"), LINE["when"], "a table of conditions"),
    "no alternatives": (part("when", "[]"), LINE["when"], "a table of conditions"),
    "alternatives of numbers": (part("when", "[1]"), LINE["when"], "a table of conditions"),
    "nine alternatives": (part("when", f"[{'{ phone = true }, ' * 9}]"), LINE["when"], "8 at most"),
    "an unknown need": (part("when", '{ need = ["bodies"] }'), LINE["when"], "none of: body, document, emergency"),
    "a need twice": (part("when", '{ need = ["body", "body"] }'), LINE["when"], "names a word twice"),
    "no need": (part("when", "{ need = [] }"), LINE["when"], "an empty list"),
    "a need of a table": (part("when", "{ need = { a = 1 } }"), LINE["when"], "none of"),
    "a need of a list": (part("when", '{ need = [["body"]] }'), LINE["when"], "none of"),
    "a flag in quotes": (part("when", '{ phone = "yes" }'), LINE["when"], "takes true or false"),
    "a negative number": (part("when", "{ no_other_within_min = -30 }"), LINE["when"], "a number from 0"),
    "a number without end in a condition": (part("when", "{ count = inf }"), LINE["when"], "a number from 0"),
    "a number that is yes": (part("when", "{ count = true }"), LINE["when"], "a number from 0"),
    "an unknown day": (part("when", '{ weekdays = "mon-son" }'), LINE["when"], "is no day"),
    "days of numbers": (part("when", "{ weekdays = [1] }"), LINE["when"], "takes days"),
    "hours of words": (part("when", '{ hours = "morning" }'), LINE["when"], "are no hours"),
    "hours of no length": (part("when", '{ hours = "08:00-08:00" }'), LINE["when"], "different times"),
    "hours beyond the day": (part("when", '{ hours = "08:00-25:00" }'), LINE["when"], "are no hours"),
    "own where nothing is own": (part("when", '{ requester = "own" }'), LINE["when"], "no meaning here"),
    "an area of a number": (part("when", "{ pickup_area = 3 }"), LINE["when"], "a name or a list of names"),
    "a list over several lines": (
        part("when", '{ need = [\n  "body",\n  "bodies",\n] }'),
        LINE["when"],
        "none of",
    ),
    # What an effect needs.
    "forbids everything": (effect("deny", without=WHEN).replace(VEHICLES, "# \n"), LINE["effect"], "forbid everything"),
    "requires nothing": (effect("require"), LINE["effect"], "say what in must"),
    "prefers nothing": (effect("prefer"), LINE["effect"], "say what in must"),
    "a yes of nobody": (effect("approval"), LINE["rule"], "approver takes"),
    "a yes of a stranger": (effect("approval", 'approver = "mayor"\n'), LINE["more"], "approver takes"),
    "yeses of none": (effect("approval", "approvers = []\n"), LINE["more"], "an approver has who"),
    "yeses of a word": (effect("approval", 'approvers = ["operator"]\n'), LINE["more"], "an approver has who"),
    "yeses of a stranger": (effect("approval", 'approvers = [{ who = "mayor" }]\n'), LINE["rule"], "approver takes"),
    "yeses of somebody": (
        effect("approval", 'approvers = [{ agency = "laz" }]\n'),
        LINE["more"],
        "an approver has who",
    ),
    "yeses of some day": (
        effect("approval", 'approvers = [{ who = "operator", days = "mon" }]\n'),
        LINE["more"],
        "unknown field 'days'",
    ),
    "yeses at no hour": (
        effect("approval", 'approvers = [{ who = "operator", hours = "always" }]\n'),
        LINE["more"],
        "hours",
    ),
    "yeses at the vehicle's hours": (
        effect("approval", 'approvers = [{ who = "operator", hours = "own" }]\n'),
        LINE["more"],
        "an approver has who",
    ),
    "a yes and yeses": (
        effect("approval", 'approver = "operator"\napprovers = [{ who = "operator" }]\n'),
        16,
        "names approver and approvers",
    ),
    "a yes of one twice": (
        effect("approval", 'approvers = [{ who = "operator" }, { who = "operator" }]\n'),
        LINE["more"],
        "names an approver twice",
    ),
    "another in an own operator's place": (
        effect("approval", 'approvers = [{ who = "own_operator" }, { who = "operator" }]\n'),
        LINE["more"],
        "is asked alone",
    ),
    "too many yeses": (
        effect("approval", "approvers = [" + '{ who = "operator" }, ' * 9 + "]\n"),
        LINE["more"],
        "takes 8 at most",
    ),
    "a pair of nothing": (effect("pair"), LINE["effect"], "sooner_by_min or one_each"),
    "a pair of two kinds": (effect("pair", "sooner_by_min = 8\none_each = true\n"), LINE["effect"], "either"),
    "a pair of a word": (effect("pair", 'one_each = "yes"\n'), LINE["more"], "true or false"),
    "a pair that lifts for each body": (
        effect("pair", 'one_each = true\noverrides = ["R01"]\n'),
        16,
        "not to one_each",
    ),
    "sooner by nothing": (effect("pair", "sooner_by_min = 0\n"), LINE["more"], "takes 1 to 120"),
    "prefers for ever": (effect("prefer", "must = { seats = 2 }\nprefer_within_min = 500\n"), 16, "takes 1 to 120"),
    "lets nothing follow": (effect("defer"), LINE["effect"], "name documents, or a booking"),
    "an unknown document": (effect("defer", 'documents = ["passport"]\n'), LINE["more"], "none of"),
    "a document twice": (effect("defer", 'documents = ["ktp", "ktp"]\n'), LINE["more"], "something twice"),
    "documents of a text": (effect("defer", 'documents = "ktp"\n'), LINE["more"], "a list of words"),
    "half a booking": (effect("defer", "booking = { notice_min = 10 }\n"), LINE["more"], "notice_min and hours"),
    "a booking in its own hours": (
        effect("defer", 'booking = { notice_min = 10, hours = "own" }\n'),
        LINE["more"],
        "the hours of the place",
    ),
    "a booking before now": (
        effect("defer", 'booking = { notice_min = -1, hours = "07:00-20:00" }\n'),
        LINE["more"],
        "not negative",
    ),
    "tells nobody": (effect("hold"), LINE["effect"], "name whom in notify"),
    "tells an empty list": (effect("hold", "notify = []\n"), LINE["more"], "empty list"),
    "a checklist of everything": (
        effect("require", f"must = {{ seats = 2 }}\nchecklist = [{', '.join(map(repr, map(str, range(21))))}]\n"),
        16,
        "20 at most",
    ),
    # Beyond what a calendar or a reader can hold.
    "before the first day": (head("2030-01-01T00:00:00+07:00", "0001-01-01T00:00:00+14:00"), 5, "between"),
    "after the last day": (head("2030-01-01T00:00:00+07:00", "9999-12-31T23:59:59-14:00"), 5, "between"),
    "a table of many names": (HEAD + RULE + "[" + ".".join("a" * 5_000) + "]\n", 1, "too long"),
    "a key of many names": (HEAD + RULE + ".".join(["'a'"] * 50_000) + " = 1\n", 1, "too long"),
    "lists in lists": (HEAD + RULE + "when2 = " + "[" * 200 + "]" * 200 + "\n", 1, "too long"),
    "tables in tables": (HEAD + RULE + "when2 = " + "{ a = " * 60 + "1" + " }" * 60 + "\n", 1, "too long"),
    # Contradictions.
    "lifts itself": (effect("approval", 'approver = "operator"\noverrides = ["X1"]\n'), 16, "overrides itself"),
    "lifts what nobody lifts": (effect("approval", 'approver = "operator"\noverrides = ["R07"]\n'), 16, "never lifted"),
    "lifts the duty": (effect("approval", 'approver = "operator"\noverrides = ["DINAS"]\n'), 16, "never lifted"),
    "a living body": (part("when", '{ need = ["body"], living = true }'), LINE["when"], "contradict each other"),
    "a dead patient": (part("when", '{ need = ["transport"], living = false }'), LINE["when"], "contradict"),
    "a death of the living": (part("when", '{ death = ["natural"], living = true }'), LINE["when"], "contradict"),
    "a body that sits": (part("when", '{ need = ["body"], can_sit = true }'), LINE["when"], "contradict"),
    "a request among the vehicles": (part("vehicles", '{ need = ["body"] }'), LINE["vehicles"], "stands in when"),
    "one class and another": (part("when", '{ class = ["hearse"] }'), LINE["when"], "never speaks"),
    "an exception of everything": (HEAD + RULE + 'unless = { need = ["body"] }\n', LINE["more"], "never speaks"),
    "a demand that nobody meets": (
        effect("require", 'must = { class = ["hearse"] }\n'),
        LINE["more"],
        'write effect = "deny"',
    ),
    "no class for a body": (
        effect("deny", without=VEHICLES),
        6,
        "no class of vehicle may serve body any more (X1)",
    ),
    "no class for the living": (
        part("when", "{ living = true }").replace(VEHICLES, "# \n"),
        6,
        "no class of vehicle may serve emergency any more (X1)",
    ),
}
