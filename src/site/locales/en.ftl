# Public pages, English. Sentences are short, and say no more than what was checked.
# $x is a number or a text; $x_s is the same number, grouped for reading.

month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
moment = { $day }, { $clock } UTC

# Frame
skip = To the content
nav-label = Main
nav-menu = Menu
nav-draws = Draws
nav-log = Log
nav-how = How it works
nav-proof = What it proves
nav-verify = Verify
lang-label = Language
search-label = Search by draw, hash or step
search-go = Search
footer-line = Drawn by lot, so that anyone can check it. The log of this site: { $origin }.
footer-feed = Feed
footer-desk = For organisers
footer-privacy = This site sets no cookie, asks nobody else for anything, and does not count its visitors.

rehearsal-title = Rehearsal: proves nothing.
rehearsal-text = One person holds the key of the beacon that was used here and can know every result beforehand. This draw shows how it works; it decides nothing.

# States
state-announced = Announced
state-sealed = Sealed
state-overdue = Overdue
state-drawn = Drawn
state-vacated = Seats being filled
state-voided = Given up before the draw
state-cancelled = Cancelled before the draw
state-abandoned = Abandoned
state-annulled = Annulled

# Home
home-title = Draws by lot
home-lead = Who is chosen by lot here is chosen in a way that anyone can check: nobody, not even the organiser, can know or steer the result.
home-coming = Coming draws
home-past = Past draws
home-none = No draw has been announced yet.
home-when = { $when }
home-people = { $n ->
    [one] { $n_s } person in the pool
   *[other] { $n_s } people in the pool
}
home-seats = { $n_s } by lot
home-organisers = Organisers
home-log = The log
home-log-ok = { $n ->
    [one] The log holds { $n_s } step. It is writable, and its newest state is signed.
   *[other] The log holds { $n_s } steps. It is writable, and its newest state is signed.
}
home-log-stopped = The log takes no new steps at the moment. Everything in it can be read and checked. The operator has been told what to do.
home-letter = You got a letter?
home-letter-text = Type its code, or open its link, and see whether you were in the pool, with which data, and whether you were drawn. Only your browser looks; nothing about you is sent.
home-letter-go = Check my letter

# Verdicts of a draw page
verdict-drawn = Drawn by lot. All checks passed.
verdict-drawn-sub = { $drawn ->
    [one] { $drawn_s } of { $people_s } people was drawn.
   *[other] { $drawn_s } of { $people_s } people were drawn.
}
verdict-incomplete = Drawn by lot. Nothing is refuted, but not everything could be checked.
verdict-refuted = Do not rely on this result: a check failed.
verdict-refuted-sub = Failed: { $checks }.
verdict-unchecked = Drawn by lot. This server did not check the result; check it yourself.
verdict-sealed = Sealed. Nobody can change pool or rules any more, and nobody knows the result yet.
verdict-sealed-sub = { $seats ->
    [one] { $seats_s } of { $people_s } people will be drawn.
   *[other] { $seats_s } of { $people_s } people will be drawn.
}
verdict-overdue = Overdue: the result should be here, and is not.
verdict-announced = Announced. Pool and rules are not sealed yet.
verdict-cancelled = Cancelled before anybody could know the result.
verdict-abandoned = Abandoned after the result could be known. What the lot gave stays visible.
verdict-annulled = Annulled after the draw. What was drawn stays visible.
verdict-vacated = Drawn by lot. Seats were given up and are being filled.
verdict-by = Checked by this server with the same program that you can run. Do not take its word: check it yourself.
verdict-unwitnessed = No witnesses: that everybody sees the same log, and that it was sealed in time, is the operator’s word.
verdict-witnessed = { $n ->
    [one] { $n_s } independent witness saw the seal before the beacon’s value existed.
   *[other] { $n_s } independent witnesses saw the seal before the beacon’s value existed.
}
verdict-limits = Cannot be proved: that the register was complete, that nobody is in it twice, that somebody really refused, who turned up.

# Facts
fact-organiser = Organiser
fact-date = Date
fact-announced-for = Announced for
fact-pool = Pool
fact-pool-value = { $n ->
    [one] { $n_s } person
   *[other] { $n_s } people
}
fact-seats = By lot
fact-seats-value = { $reserves ->
    [0] { $seats_s }, no reserves
    [one] { $seats_s }, and { $reserves_s } reserve
   *[other] { $seats_s }, and { $reserves_s } reserves
}
fact-chance = Chance
fact-attempt = Attempt
fact-attempt-value = { $postponed ->
    [0] number { $attempt_s }, never postponed
    [one] number { $attempt_s }, postponed once
   *[other] number { $attempt_s }, postponed { $postponed_s } times
}
fact-not-drawn = Not by lot
fact-not-drawn-value = { $n_s }: { $why }
fact-table-reason = Table published although people stand alone in it
fact-method = Method
method-equal = everybody with the same chance
method-households = everybody with the same chance, at most one person of a household
method-stratified = by groups ({ $columns }), everybody in a group with the same chance
method-panels = one of { $n_s } panels, published beforehand, that all meet the quotas

chance-equal = the same for everybody: 1 in { $per } ({ $percent })
chance-households = about 1 in { $per } ({ $percent }); less for those who share a household with others in the pool
chance-stratified = within each group the same; from 1 in { $least } to 1 in { $most } across groups
chance-panels-same = the same for everybody: on { $min_s } of { $panels_s } panels ({ $percent })
chance-panels = everybody’s is public: from { $min_s } to { $max_s } of { $panels_s } panels ({ $low } to { $high })

# Actions
act-verify = Verify in your browser
act-bundle = Download the proof
act-letter = Check my letter
act-press = For journalists
act-live = Watch it live
act-minutes = Minutes
act-follow = Follow
act-copy = Copy
act-copied = Copied

# Timeline
timeline = What happened
timeline-announced = { $organiser } announced the draw for { $when }.
timeline-postponed = { $organiser } postponed the draw to { $when }.
timeline-sealed = { $signers ->
    [one] Pool and rules were sealed with { $signers_s } signature. From here on nobody can change them.
   *[other] Pool and rules were sealed with { $signers_s } signatures of different people. From here on nobody can change them.
}
timeline-witnessed = { $n ->
    [one] { $n_s } witness cosigned the seal.
   *[other] { $n_s } witnesses cosigned the seal.
}
timeline-unwitnessed = No witness cosigned the seal: its time is the operator’s word.
timeline-beacon = A public beacon that nobody controls published round { $round_s }. Before this moment nobody could know the result.
timeline-beacon-coming = A public beacon that nobody controls will publish round { $round_s }. Before that nobody can know the result.
timeline-beacon-rehearsal = Round { $round_s } of a rehearsal beacon, whose key one person holds. It proves nothing.
timeline-drawn = The beacon’s value decided who was drawn. The result was signed and logged.
timeline-corrected = A corrected result was logged; the earlier one stays visible.
timeline-vacated = { $n ->
    [one] { $n_s } seat was given up: number { $who }.
   *[other] { $n_s } seats were given up: numbers { $who }.
}
timeline-replaced = { $n ->
    [0] Nobody was left to follow; the seats stay empty.
    [one] By the rule of the seal, { $n_s } person followed: number { $who }.
   *[other] By the rule of the seal, { $n_s } people followed: numbers { $who }.
}
timeline-voided = The draw was given up: { $reason }.
timeline-annulled = The result was annulled: { $reason }.
timeline-erased = The pool’s key, its rows and its table were destroyed, as the law demands. Seal, beacon and tickets can still be checked.
timeline-other = { $kind }.
step-opened = Log opened
step-key = Key of the log changed
step-closed = Log closed
step-organiser = Organiser entered
step-announced = Announced
step-sealed = Sealed
step-drawn = Drawn
step-vacated = Seats given up
step-replaced = Seats filled
step-voided = Given up
step-annulled = Annulled
step-erased = Data destroyed
timeline-evidence = Step { $seq_s } of the log
timeline-round = The round’s signature is in step { $seq_s } of the log
reason-cancelled = cancelled
reason-pool_error = an error in the pool
reason-terms_error = an error in the rules
reason-beacon_lost = the beacon did not publish its round
reason-court = a court’s decision
reason-no_quorum = not enough witnesses saw the seal in time
reason-complaint = an upheld complaint
leave-declined = declined
leave-not_eligible = not eligible
leave-ended = term ended

# People
people-drawn = Drawn
people-panel = Panel number { $n_s } was drawn.
people-reserves = Reserves, in order
people-seated = Seated now
people-show = { $n ->
    [one] Show { $n_s } number
   *[other] Show all { $n_s } numbers
}
people-note = The numbers stand for people in the sealed pool. Each person can find their own with their letter; nobody else can tell who they are.

# Charts
charts = Is it a cross-section?
charts-note = How the pool and the people drawn are spread. Lines mark what the rules demanded.
chart-value = Value
chart-earlier = Earlier pool
chart-pool = Pool
chart-drawn = Drawn
chart-quota = Demanded
chart-quota-value = { $min_s } to { $max_s }
chart-share = { $n_s } ({ $percent })
chart-table = The same as a table
chart-more = { $n ->
    [one] and { $n_s } more value in the table
   *[other] and { $n_s } more values in the table
}
charts-erased = The data behind these charts were destroyed as the law demands.

# Questions
questions = Ten questions
q-who = Who drew?
a-who = { $organiser } set the rules. Nobody drew by hand: the value of a public beacon decided.
q-beacon = Who runs the beacon?
a-beacon = drand, a network of independent organisations. No single one of them can know or choose its values. This draw used round { $round_s }.
a-beacon-rehearsal = A rehearsal beacon whose key one person holds. This draw decides nothing.
q-when = When could anybody know the result?
a-when = Not before { $when }, when the beacon published its value. Pool and rules were sealed on { $sealed }.
a-when-coming = Not before { $when }.
a-when-open = Not before the announced time, { $when }.
q-steer = Could the organiser steer it?
a-steer = No. After the seal every changed name, rule or order would have another hash, and every check would fail. The value did not exist when it was sealed.
a-steer-unwitnessed = Not after the seal: every changed name or rule would have another hash. That the seal came before the beacon’s value is shown by the operator’s clock alone, since no independent witness saw it.
a-steer-rehearsal = Yes: whoever holds the rehearsal beacon’s key could know every result beforehand, and choose.
q-repeat = Was it repeated?
a-repeat-no = No. This is the first attempt for this purpose in this log.
a-repeat-yes = This is attempt number { $attempt_s } for this purpose. The earlier attempts stay visible on the organiser’s page.
a-repeat-postponed = { $n ->
    [one] It was postponed once.
   *[other] It was postponed { $n_s } times.
}
q-pool = From whom?
a-pool = { $people ->
    [one] From { $people_s } person, whose list is fixed by the hash { $root }.
   *[other] From { $people_s } people, whose list is fixed by the hash { $root }.
}
a-pool-from = { $people ->
    [one] From { $people_s } person who was drawn in an earlier draw ({ $from }); nobody else could be slipped in.
   *[other] From { $people_s } people who were drawn in an earlier draw ({ $from }); nobody else could be slipped in.
}
q-chance = What was everybody’s chance?
a-chance = { $chance }.
q-replace = What if somebody declines?
a-replace-none = Nobody follows. The place stays empty.
a-replace-rank = The next in the order that the same draw gave follows. The order was fixed by the draw.
a-replace-beacon = A fresh beacon value, which does not exist yet when the seat is given up, decides who follows.
q-me = Was I in the pool?
a-me = With the code or link of your letter you see your own data and your ticket, in your browser alone.
q-trust = Whom must I trust?
a-trust = Not this server: the proof can be checked offline. That the register was complete and correct, nobody can prove from outside.
a-open = That is fixed when pool and rules are sealed.

# Checks
checks = Every check
checks-note = With the ids of the specification. “Does not apply” means that this draw has no such thing.
check-passed = passed
check-failed = failed
check-skipped = not run
check-na = does not apply
check-asked = What is checked: { $what }
check-format = The proof is complete and well formed
check-log-signature = The log signed it
check-log-inclusion = Every step is in the log
check-log-chain = The steps follow the rules, in order
check-log-consistency = Older states of the log were only extended
check-log-witnesses = Independent witnesses cosigned the log
check-organiser-keys = The organiser’s keys are in order
check-terms-signatures = Enough members signed the rules
check-terms-attempts = Attempts and postponements are all counted
check-time-round = The beacon round follows from the announced time
check-time-sealed = It was sealed before the beacon’s value existed
check-time-tokens = Time stamps by outside authorities
check-beacon-signature = The beacon’s value is genuine
check-pool-table = The published table is the sealed pool
check-pool-from = All come from the earlier draw
check-panels-quotas = Every panel meets every quota
check-panels-counts = Everybody is on as many panels as promised
check-panels-certificate = How fair the list of panels is
check-draw-outcome = The result is what the beacon’s value gives
check-replacements-rule = Those who followed are who the rule gives
check-voids = Nothing was given up in secret

checks-count = { $failed ->
    [0] { $passed_s } passed, none failed
   *[other] { $passed_s } passed, { $failed_s } failed
}

# Reproduce
repro = Check it on your own computer
repro-text = Download the proof and the program, and check without this server. The file holds everything; no network is needed.
repro-program = The program that runs in any browser, also from a disk and without a network. Compare its hash with what others publish:
repro-trust = Take the trust file from somebody whom you believe, not from this page: it names the keys of the log.
repro-hashes = Hashes
hash-pool = Pool
hash-terms = Rules
hash-outcome = Result
hash-seal = Seal (step { $seq_s })
hash-beacon = Beacon value

# Press kit
press-title = For journalists: { $title }
press-lead = You may use everything on this page freely (CC0).
press-cite = A paragraph to quote
press-paragraph = { $drawn ->
    [one] { $drawn_s } of { $people_s } people was drawn by lot for “{ $title }” on { $date }. { $organiser } had sealed pool and rules beforehand (hash { $root }); round { $round } of the public beacon drand, which nobody controls, decided. Anyone can check the result (hash { $outcome }).
   *[other] { $drawn_s } of { $people_s } people were drawn by lot for “{ $title }” on { $date }. { $organiser } had sealed pool and rules beforehand (hash { $root }); round { $round } of the public beacon drand, which nobody controls, decided. Anyone can check the result (hash { $outcome }).
}
press-paragraph-rehearsal = Rehearsal for “{ $title }” on { $date } by { $organiser }: { $drawn_s } of { $people_s } invented people. A rehearsal beacon decided (round { $round }); this proves nothing (pool { $root }, result { $outcome }).
press-not-drawn = There is nothing to quote yet: this draw has no result.
press-csv = Figures of the quotas (CSV)
press-picture = Picture (SVG)
press-embed = Show the state on your own page
press-embed-text = Copy this line. It loads a small page without scripts or cookies, which shows the state of the draw.
press-badge = Or a badge:
press-ask = What to ask the organiser
press-ask-1 = Who made the list of people, from which register, and who was left out?
press-ask-2 = Who looked for people who are in it twice?
press-ask-3 = How many declined, and how is that recorded?

# Organiser
organiser-title = Draws of { $name }
organiser-lead = Every announced, sealed, drawn, repeated or abandoned draw of this organiser is listed here. None can be removed.
organiser-keys = { $n ->
    [one] { $threshold_s } of { $n_s } key must sign every decision.
   *[other] { $threshold_s } of { $n_s } keys must sign every decision.
}
organiser-attempts = Attempts
organiser-postponed = Postponed
organiser-voids = Given up
organiser-purpose = Purpose: { $purpose }
organiser-count-attempts = { $n ->
    [one] { $n_s } attempt
   *[other] { $n_s } attempts
}
organiser-count-postponed = { $n ->
    [0] never postponed
    [one] postponed once
   *[other] postponed { $n_s } times
}
organiser-count-voids = { $n ->
    [0] none given up
    [one] { $n_s } given up
   *[other] { $n_s } given up
}
organiser-state = State

# Log
log-title = The log
log-lead = Every step is signed and hashed into a chain that can only grow. Anyone can fetch all of it.
log-size = { $n ->
    [one] { $n_s } step
   *[other] { $n_s } steps
}
log-root = Root
log-key = Key of the log
log-step = Step
log-time = Time
log-what = What
log-draw = Draw
log-older = Older steps
log-newer = Newer steps
log-step-title = Step { $n_s }
log-step-hash = Hash of this step
log-step-prev = Hash of the step before
log-step-text = The step, byte for byte
log-checkpoint = Newest signed state (checkpoint)
log-files = For watchdogs: checkpoint, tiles and artifacts lie at the addresses of C2SP tlog-tiles.

# Search
search-title = Search
search-none = Nothing was found for “{ $query }”. Search for the name of a draw, a hash of 64 digits, or the number of a step.
search-found = { $n ->
    [one] { $n_s } thing found
   *[other] { $n_s } things found
}
search-artifact = A published file
search-step = A step of the log
search-draw = A draw
search-pool = The pool of a draw
search-result = The result of a draw

# Ceremony
live-title = Live: { $title }
live-wait = The beacon’s value is published on
live-countdown = Time left
live-now = The round is published. The result is being computed.
live-done = Drawn
live-not-sealed = Pool and rules are not sealed yet.
live-place = Number #
live-panel = Panel #
live-ticket = Ticket
live-explain = Everybody’s ticket is a number that follows from the beacon’s value. The lowest tickets win.
live-explain-panels = Every panel’s ticket is a number that follows from the beacon’s value. The lowest ticket wins.
live-all = Show all at once
live-more = More were drawn; they are on the page of the draw: #
live-noscript = This page needs JavaScript for the countdown. The result is on the page of the draw.
live-back = To the page of the draw

# Minutes
minutes-title = Minutes of the draw
minutes-of = { $title }
minutes-text-sealed = { $people ->
    [one] On { $sealed }, { $organiser } sealed a pool of { $people_s } person and the rules of this draw. The pool’s hash is { $root }; the rules’ hash is { $terms }.
   *[other] On { $sealed }, { $organiser } sealed a pool of { $people_s } people and the rules of this draw. The pool’s hash is { $root }; the rules’ hash is { $terms }.
}
minutes-text-drawn = On { $when }, round { $round } of the beacon decided. { $drawn ->
        [one] { $drawn_s } person was drawn
       *[other] { $drawn_s } people were drawn
    }{ $reserves ->
        [0] , without reserves.
        [one] , and { $reserves_s } as a reserve.
       *[other] , and { $reserves_s } as reserves.
    } The result’s hash is { $outcome }; it is step { $seq } of the log { $origin }.
minutes-text-open = This draw has no result yet.
minutes-proves = This proves that pool and rules were fixed before the beacon’s value existed, and that this value alone decided. It does not prove that the register was complete, that nobody is in it twice, that somebody really refused, or who turned up.
minutes-proves-rehearsal = This was a rehearsal. It proves nothing.
minutes-witnesses = Present at the draw
minutes-witnesses-hint = Names, one on each line. They stay in your browser and are printed on the sheet.
minutes-signature = Place, date, signature
minutes-print = Print
minutes-pdf = PDF
minutes-page = Page { $n } of { $all }
minutes-first = The first { $shown_s } of { $n_s }; all of them are on the page of the draw.
minutes-names = Names
minutes-qr = Page of this draw
minutes-drawn = Numbers drawn
minutes-seated = Numbers of those seated now
minutes-reserves = Numbers of the reserves, in order

# Letter check
check-title = Check my letter
check-lead = Choose the draw that your letter names, then type its code or paste its link. Only this browser looks; nothing about you is sent.
check-choose = Choose the draw that your letter names
check-noscript = This check needs JavaScript, because only your own browser may see your data. Without it, ask at the town hall: the clerk can print the same.

# How it works
how-title = How it works
how-lead = In three minutes, without mathematics.
how-1 = 1. The list is fixed
how-1-text = The organiser takes the list of people and computes one short number from it, its hash. Change one letter of one name, and the hash is another. The hash is published; the names are not.
how-2 = 2. The rules are sealed
how-2-text = How many people, by which rules, and which future value of the beacon decides: two people sign it, and it is written into a log that can only grow. From now on nobody can change anything unseen.
how-3 = 3. The beacon decides
how-3-text = Every few seconds a network of independent organisations publishes a random value. No one can know it before. From the announced value each person’s ticket follows, and the lowest tickets win.
how-4 = 4. Anyone can check
how-4-text = The proof of a draw is one file. Your browser, or a program on your computer, computes everything again. If one bit is wrong, it says which check failed.
how-5 = And if it goes wrong?
how-5-text = A draw that was given up or repeated stays in the log for everybody to see, with the result that the lot gave.

# What it proves
proof-title = What this proves, and what it does not
proof-yes = It proves
proof-yes-1 = that pool and rules were fixed before the deciding value existed;
proof-yes-2 = that this value alone decided, and nobody could know or steer the result;
proof-yes-3 = that every step is in a log that only grows, so that no draw is quietly repeated;
proof-yes-4 = to each person: that they were in the pool, with which data.
proof-no = It cannot prove
proof-no-1 = that the register was complete;
proof-no-2 = that nobody is in it twice (somebody who may see the list can check that);
proof-no-3 = that somebody really refused;
proof-no-4 = who turned up on the day.
proof-if = Only with witnesses
proof-if-text = That everybody sees the same log, and that the seal was in time, others must see. Where no witnesses took part, the page of the draw says so.
proof-break = What would break it
proof-break-text = If more than the threshold of the beacon’s operators conspired, they would know a result early. They still could not change the pool.
proof-receipt = May I show my receipt?
proof-receipt-text = Yes, it is yours. Whoever has it, or the code of your letter, can check that you were in the pool, and reads all that the list says of you, such as name and street. Show it to people whom you want to know that, and do not publish it.

# Errors
error-404 = There is no such page
error-404-text = Perhaps the address was cut off. All draws are on the first page.
error-429 = Too many requests from your network
error-429-text = Many people here ask at the same moment. Wait a minute and reload the page.
error-500 = This page cannot be shown at the moment
error-500-text = The log is safe. Try again in a moment.

# Feed, widget
feed-title = Draws of { $origin }
widget-more = Evidence
badge-label = draw by lot
