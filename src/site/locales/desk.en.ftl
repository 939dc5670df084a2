# The organisers' desk, English. For a town clerk: short sentences, no jargon, and always what to do next.
# Only texts, { $x }, { $n_s } and a choice by { $n -> … } are understood by the browser's part.

desk-title = Desk
desk-lead = Prepare a draw, sign it with a colleague, and do what follows it.
desk-noscript = The desk needs JavaScript: only your own browser may hold your signing key. Everything can also be done with the command klero, or over the API.
desk-rehearsal = Draws here use a practice beacon. Try everything out; nothing that is drawn here counts.
desk-public = Public pages
desk-footer = Signing in sets one cookie, which ends after twelve hours. Your signing key stays in this browser. Nobody else is asked for anything.

desk-nav-keys = Keys
desk-nav-people = People
desk-nav-account = Account
desk-back-home = All draws
desk-again = Try again
desk-copy = Copy
desk-copy-of = Copy: { $what }
desk-copy-command = command
desk-copy-invitation = invitation
desk-copy-no = This browser does not allow copying. The text is selected: copy it with Ctrl+C.
desk-copied = Copied.
desk-lost-title = There is no such page
desk-lost-text = Perhaps the address was cut off.
desk-session-over = You were signed out, because the session has ended. Nothing is lost: sign in and go on.
desk-session-back = You are signed in again. What you had typed is still here: send it once more.
desk-leave-unsent = What you typed here is not sent yet. Leave all the same?

desk-problem-title = This did not work
desk-problem-fault = This page failed. Load it again; if it happens again, tell whoever runs the service.
desk-problem-other = The service refused this.
desk-problem-network = The service cannot be reached. Check your connection, then try again: nothing is done twice.
desk-problem-unauthenticated = Login, password or code do not fit.
desk-problem-forbidden = Your account may not do this.
desk-problem-not-found = This is not here, or not for you to see.
desk-problem-refused = This is not possible now.
desk-problem-invalid = Something in it is not right.
desk-problem-stale = Somebody has changed this meanwhile. Load the page again, then make your change.
desk-problem-too-many-requests = Too many tries. Wait a minute, then try again.
desk-problem-too-large = This is too large.
desk-problem-unavailable = The service cannot do this at the moment. Try again in a moment: nothing is done twice.
desk-problem-internal = The service failed. Try again: nothing is done twice.
desk-problem-csrf = This page is out of date. Load it again.
desk-problem-passwords-differ = The two passwords differ.
desk-problem-file-kind = Choose a file whose name ends in .csv or .xlsx.
desk-problem-one-id = Exactly one column tells people apart. Choose one column with the role “tells people apart”.
desk-problem-no-quota = Use the quotas of at least one column.
desk-problem-no-code = Enter at least one code.
desk-problem-no-seat = Choose at least one seat.
desk-problem-other-note = This is another note than the one to sign. Download it again, sign it unchanged, and paste it whole.
desk-problem-no-new-signature = There is no new signature in it. Sign the note first, then paste it.
desk-problem-no-proof = This is not what klero keys claim prints. Paste all of it, from kleroterion to the last line.
desk-problem-unique-rows = Somebody could be recognised in the published columns. Below, under “Some people stand alone”, it says what to do.
desk-problem-infeasible = The list of people cannot fill these seats.

desk-signin-title = Sign in
desk-signin-lead = For those who prepare and sign draws. To look at draws you need no account.
desk-signin-login = Login
desk-signin-password = Password
desk-signin-totp = Code of the second factor
desk-signin-totp-hint = Six digits from your authenticator. Leave it empty if you have not set one up.
desk-signin-go = Sign in
desk-signin-invited = I was invited and have no account yet
desk-signin-lost = I have lost my password or my authenticator
desk-signin-lost-text = Ask whoever runs the service to close your account and invite you anew. Draws, drafts and signatures stay as they are.
desk-signout = Sign out

desk-accept-title = Accept an invitation
desk-accept-lead = An invitation makes one account. It works once, and for a week.
desk-accept-secret = Invitation
desk-accept-secret-hint = It begins with invite_ and was given to you by whoever invited you.
desk-accept-name = Your name
desk-accept-name-hint = Your colleagues see it. It is not published.
desk-accept-password = Password
desk-accept-password-hint = At least 12 characters. Several words are good.
desk-accept-again = The same password again
desk-accept-go = Make my account
desk-accept-signin = I have an account

desk-account-title = Account
desk-account-name = Name
desk-account-role = Role
desk-account-organiser = Organiser
desk-role-admin = Administrator
desk-role-admin-text = You let organisers and people in. You see no draft, no pool and no person.
desk-role-organiser = Organiser
desk-role-organiser-text = You prepare draws, sign them, and do what follows them.
desk-role-approver = Approver
desk-role-approver-text = You read what is to be signed, and sign it. You see no person.
desk-role-auditor = Auditor
desk-role-auditor-text = You read everything, and change nothing.
desk-totp-title = Second factor
desk-totp-text = With a second factor, whoever learns your password still cannot sign in. You need an authenticator on your phone.
desk-totp-begin = Set up a second factor
desk-totp-scan = Scan this with the app:
desk-totp-scan-alt = QR code of the second factor
desk-totp-secret = Or type this into the app (time-based, six digits), or open the link on the telephone:
desk-totp-open = Open in the authenticator
desk-totp-code = Code that it shows now
desk-totp-confirm = Switch on
desk-totp-on = The second factor is switched on.
desk-totp-off = The second factor is switched off.
desk-totp-remove = Switch off
desk-password-title = Change the password
desk-password-old = Password as it is
desk-password-new = New password
desk-password-go = Change
desk-password-done = The password is changed. All other sessions have ended.

desk-home-title = Desk
desk-home-admin = You let organisers and their people in. Draws are prepared by them.
desk-home-not-enrolled = Before the first draw: keys
desk-home-not-enrolled-text = Two people of yours make a key each, and have them entered in the log. This is done once.
desk-home-keys = To the keys
desk-home-waiting = { $n ->
    [one] { $n_s } decision waits for signatures
   *[other] { $n_s } decisions wait for signatures
}
desk-home-signed = { $n_s } of { $needed_s } signatures
desk-home-yours = You have not signed it yet.
desk-home-ready = All signatures are there: it can be handed in.
desk-home-others = You have signed. Others still have to.
desk-home-new = New draw
desk-home-drafts = Being prepared
desk-home-draft = To be drawn on { $at }
desk-home-draws = Draws
desk-home-none = No draw has been announced yet.

desk-people = { $n ->
    [one] { $n_s } person
   *[other] { $n_s } people
}
desk-seats = { $n ->
    [one] { $n_s } seat
   *[other] { $n_s } seats
}
desk-drawn = { $n ->
    [one] { $n_s } person is drawn
   *[other] { $n_s } people are drawn
}
desk-reserves = { $n ->
    [one] { $n_s } reserve
   *[other] { $n_s } reserves
}
desk-days = { $n ->
    [one] { $n_s } day
   *[other] { $n_s } days
}
desk-place = Number { $n_s }
desk-overdue = Overdue
desk-erased = Erased
desk-rehearsal-draw = Rehearsal
desk-phase-announced = Announced
desk-phase-announced-text = Announced. Now pool and rules have to be sealed, before the time of the draw.
desk-phase-sealed = Sealed
desk-phase-sealed-text = Sealed. At the announced time the beacon decides; nobody has to do anything.
desk-phase-drawn = Drawn
desk-phase-drawn-text = Drawn.
desk-phase-vacated = Seats being filled
desk-phase-vacated-text = Seats are free. At the announced time the beacon decides who follows.
desk-phase-voided = Given up
desk-phase-voided-text = Given up before the draw. This stays visible.
desk-phase-annulled = Annulled
desk-phase-annulled-text = The result was annulled. It stays visible.

desk-draw-not-announced = This draw has not been announced yet.
desk-draw-go-on = Go on preparing
desk-draw-no-draft = This draw has no draft here: it was announced in another way.
desk-draw-people = People in the pool
desk-draw-erase-by = To be erased by
desk-erase-now = Erase now
desk-erase-now-text = The time for which these people’s data may be kept is over. An erasure needs two signatures.
desk-draw-countdown = The beacon decides in
desk-draw-next = What you can do
desk-draw-public = What everybody sees
desk-draw-public-page = Page of this draw
desk-draw-public-live = Ceremony view, for a projector
desk-draw-public-minutes = Minutes to print, with room for the witnesses’ names
desk-draw-public-bundle = Proof
desk-draw-public-press = For the press
desk-go-results = Names and letters
desk-go-results-text = Files of those who were drawn; letters with a receipt code for each.
desk-go-answers = Answers
desk-go-answers-text = Enter answers by the code of the letter; who is to be reminded.
desk-go-seats = Refusals and replacements
desk-go-seats-text = Give up seats, and see who follows.
desk-go-rotation = Rotation
desk-go-rotation-text = Draw who leaves, or who of these people enters another council.
desk-go-complaints = Complaints
desk-go-complaints-text = Enter and answer complaints, within their period.
desk-go-change = Postpone, give up, annul, erase
desk-go-change-text = Each needs two signatures, and everybody sees it.

desk-keys-title = Keys
desk-keys-lead = What an organiser decides is signed by two people, each with a key of their own. The service never has these keys: yours stays in this browser.
desk-keys-enrolled = { $n ->
    [one] Version { $version } of your keys is in force: { $n_s } key, { $threshold_s } of which must sign.
   *[other] Version { $version } of your keys is in force: { $n_s } keys, { $threshold_s } of which must sign.
}
desk-keys-not-enrolled = Your keys are not in the log yet.
desk-keys-not-enrolled-text = Make a key, ask a colleague to make one, too, put a third one on paper; then have them enrolled below.
desk-keys-recovery-waits = A re-enrolment after lost keys waits, in public. It is in force from
desk-keys-lost = This browser has no key of yours.
desk-keys-lost-text = Perhaps its data were cleared, or you used another browser. Nothing is lost but the key: drafts, pools and signatures lie on the server. As long as enough others have their keys, they can sign. Make a new key here, then have it enrolled by those whose keys are in force; or sign with your paper key.
desk-keys-all = Keys of your organiser
desk-keys-none = No key has been registered yet.
desk-key-in-force = In force
desk-key-waits = Not enrolled
desk-key-here = In this browser
desk-key-elsewhere = Not in this browser
desk-key-more = Show or remove
desk-key-remove = Remove this key
desk-key-remove-text = It was never enrolled, or is in force no longer: removing it has no consequence.
desk-key-remove-in-force = In the log it is in force: it stays yours until an enrolment without it is signed and logged.
desk-key-left = Its owner has left
desk-key-left-text = The account of its owner is closed. Whoever has the key can register it anew under another account; both then count as one person. Otherwise have an enrolment without it signed, then remove it.
desk-key-removed = The key is removed.
desk-keys-make-title = Make a key in this browser
desk-keys-make-text = The key is made here and cannot be taken out, copied or sent, not even by this page. Its public half is registered for you. If the data of this browser are cleared, the key is gone: that is why a third key belongs on paper.
desk-keys-role = Name of the key
desk-keys-role-hint = It is public, as { $organiser }/name. Small letters, digits and _; a role is better than a person’s name.
desk-keys-make-go = Make my key
desk-keys-made = The key is made and registered.
desk-keys-unable = This browser cannot make such keys, or keeps nothing. Use a current Firefox, Chrome, Edge or Safari outside of private windows; or make a key with the command klero keys new and register it below.
desk-keys-paper-title = A key on paper, or from the command line
desk-keys-paper-text = Three keys are wise: two that are used, and a third one that is printed and lies in a safe. Then nobody is locked out when a key is lost. On a computer of your own, best without a network, make the key with the first command, and with the second a proof that you have it; print the file, put the paper away, delete the file. Paste the proof here: it holds nothing secret.
desk-keys-paper-proof = Proof that the key is yours
desk-keys-paper-hint = All that the second command prints, from kleroterion/v1/member_key to the last line.
desk-keys-paper-go = Register this key as mine
desk-keys-registered = The key is registered.
desk-enrol-title = Have the keys enrolled
desk-enrol-again-title = Change the keys in force
desk-enrol-text = An enrolment says in the log which keys may sign for you. Each of its keys signs it once, to show that it is there.
desk-enrol-alone = Keys of two different people are needed. Whoever runs the service invites people who sign.
desk-enrol-keys = Keys that are to be in force
desk-enrol-threshold = How many of them must sign
desk-enrol-threshold-hint = Two is right for most. With three keys, one may then be lost.
desk-enrol-recovery = Too many keys were lost: re-enrol without the old keys
desk-enrol-recovery-hint = Such a re-enrolment is public, and in force only after 30 days, so that nobody takes over an organiser unnoticed.
desk-enrol-go = Write the enrolment

desk-people-title = People
desk-people-lead = Who may work here. Each person has an account of their own, and a role.
desk-organisers-title = Organisers
desk-organisers-none = There is no organiser yet.
desk-organisers-name = Name, as people know it
desk-organisers-id = Short name for the log
desk-organisers-id-hint = Small letters, digits and hyphens; for ever. For instance eupen.
desk-organisers-go = Add the organiser
desk-organisers-added = The organiser is added.
desk-invite-title = Invite somebody
desk-invite-login = Login
desk-invite-login-hint = An address of e-mail is good. No mail is sent.
desk-invite-role = Role
desk-invite-role-hint = Organisers prepare and sign; approvers sign and see no person; auditors read.
desk-invite-role-hint-auditor = Auditors read, and change nothing. People who sign are invited by whoever runs the service: so nobody becomes two.
desk-invite-organiser = Organiser
desk-invite-go = Invite
desk-invite-made = Invitation for { $login }
desk-invite-made-text = This is shown once. Pass it on safely, to this person alone: whoever has it can make the account.
desk-invite-until = Ends
desk-invite-revoke = Revoke
desk-invitations-title = Open invitations
desk-members-title = Who is here
desk-member-totp = Second factor
desk-member-closed = Closed

desk-kind-enrolment = Keys of the organiser
desk-kind-enrolment-text = This says who may sign for the organiser from now on.
desk-kind-announcement = Announcement
desk-kind-announcement-text = This tells everybody that a draw is coming, and when. What is announced can only be postponed or given up in public.
desk-kind-terms = Terms of the draw
desk-kind-terms-text = This fixes pool, rules and the beacon’s round. Once it is sealed, nobody can change anything.
desk-kind-vacancy = Seats that are given up
desk-kind-vacancy-text = These seats become free, and are filled by the rule in the terms.
desk-kind-void = Giving up a draw
desk-kind-void-text = The draw does not take place. That, and why, stays visible.
desk-kind-annulment = Annulment
desk-kind-annulment-text = The result does not count any more. It stays visible.
desk-kind-erasure = Erasure
desk-kind-erasure-text = The pool’s key, its rows and its table are destroyed. Log, seal and tickets can still be checked, names cannot be found any more. This cannot be undone.
desk-decision-open = Waits for signatures
desk-decision-handing_in = Being handed in
desk-decision-logged = In the log
desk-decision-withdrawn = Withdrawn
desk-decision-says = What it says
desk-decision-signatures = Signatures: { $n_s } of { $needed_s }
desk-decision-unsigned = Nobody has signed yet.
desk-decision-not-yours = Your account reads, and does not sign.
desk-decision-changed = Somebody has signed.
desk-decision-logged-text = This is step { $n_s } of the public log.
desk-decision-logged-step = Look at it
desk-decision-next = Go on
desk-sign-title = Sign
desk-sign-here = Sign with the key { $key } in this browser
desk-sign-mine = You have signed. Now another person reads and signs the same.
desk-sign-mine-more = You have signed. Another key of yours is here; an enrolment needs the signature of each key.
desk-sign-done = Signed.
desk-sign-no-key = This browser has no key of yours that may sign this.
desk-sign-no-key-text = Nothing is lost: all else lies on the server. Another member can sign; or you sign on another computer, with your paper key, as shown below; or you make a new key and have it enrolled.
desk-sign-no-key-go = To the keys
desk-sign-elsewhere = Sign on another computer
desk-sign-elsewhere-text = Whoever wants to trust neither this page nor this browser: download the note, take it to your own computer, and sign it there. The command first shows what you sign.
desk-sign-download = Download the note
desk-sign-paste = The signed note, or its last line
desk-sign-paste-hint = The whole file after the command, or the line that begins with —.
desk-sign-send = Send this signature
desk-handin-enrolment = Enrol
desk-handin-enrolment-text = All signatures are there. The enrolment goes into the public log.
desk-handin-announcement = Announce
desk-handin-announcement-text = All signatures are there. The announcement goes into the public log.
desk-handin-terms = Seal
desk-handin-terms-text = All signatures are there. Sealing fixes everything, for good.
desk-handin-vacancy = Give up these seats
desk-handin-vacancy-text = All signatures are there. The seats become free, in public.
desk-handin-void = Give up the draw
desk-handin-void-text = All signatures are there. The draw is given up, in public.
desk-handin-annulment = Annul the result
desk-handin-annulment-text = All signatures are there. The result is annulled, in public.
desk-handin-erasure = Destroy the data
desk-handin-erasure-text = All signatures are there. What is destroyed now cannot be brought back.
desk-handin-waits = { $n ->
    [0] Signatures of two different people are needed.
    [one] { $n_s } more signature is needed.
   *[other] { $n_s } more signatures are needed.
}
desk-handin-pass = Tell your colleague; this page shows it at once.
desk-handin-done = Done: step { $n_s } of the log.
desk-withdraw-title = Withdraw
desk-withdraw-text = As long as it is not handed in, it can be withdrawn and written anew.
desk-withdraw-go = Withdraw this

desk-words-draw = Name in the log
desk-words-title = Title
desk-words-name = Organiser
desk-words-purpose = What the seats are for
desk-words-method = How people are drawn
desk-words-reserves = Reserves
desk-words-replacement = When somebody declines
desk-words-pool = Pool
desk-words-draws_at = Time of the draw
desk-words-beacon = Beacon
desk-words-draw_by = Overdue after
desk-words-not_drawn = Seats that are not drawn
desk-words-seats = Seats
desk-words-reason = Why
desk-words-keys = Keys
desk-words-threshold = Signatures
desk-words-recovery = Lost keys
desk-words-attempt = Attempt
desk-words-postponed = Times postponed
desk-words-round = Round { $round }, the first at or after the time of the draw
desk-words-table = These columns are published, without names: { $columns }.
desk-words-table-reason = Some people stand alone in them. Published all the same, because: { $why }
desk-words-from = All of them come from the draw { $draw }.
desk-words-threshold-text = { $n_s } of these keys must sign.
desk-words-recovery-text = Re-enrolment without the old keys. In force only after 30 days, in public.
desk-words-bytes = The very text that is signed

desk-method-equal = Everybody the same chance
desk-method-equal-text = Everybody has the same chance.
desk-method-households = One of each household
desk-method-households-text = Everybody has the same chance, but at most one person of a household is drawn.
desk-method-stratified = By groups
desk-method-stratified-text = Each group gets places in proportion to its size. Groups by: { $columns }.
desk-method-stratified-choice = Each group gets places in proportion to its size. You choose in the next step which columns make the groups.
desk-method-panels = By quotas
desk-method-panels-text = One of many prepared panels is drawn. Each meets all quotas; everybody’s chance is counted and shown.
desk-method-panels-list = One of { $n_s } panels is drawn. Each meets all quotas. Chances from { $low } to { $high }.
desk-replacement-rank = The next reserve follows
desk-replacement-rank-text = The next reserve follows, in the order of the draw. Reserves know their place.
desk-replacement-beacon = A new round of the beacon decides
desk-replacement-beacon-text = A new round of the beacon decides who follows. Nobody knows it beforehand.
desk-replacement-none = The seat stays empty
desk-replacement-none-text = The seat stays empty.
desk-leave-declined = declined
desk-leave-not_eligible = may not have the seat
desk-leave-ended = has left, or the term has ended
desk-reason-cancelled = It is not wanted any more
desk-reason-pool_error = The pool was wrong
desk-reason-terms_error = The terms were wrong
desk-reason-beacon_lost = The beacon never gave the round
desk-reason-court = A court has decided so
desk-reason-complaint = A complaint was upheld

desk-wizard-lead = Five steps: rules, people, quotas, time, terms. You can stop after each and go on later, also on another computer.
desk-wizard-steps = Steps
desk-wizard-next = Go on
desk-wizard-stored = Stored.
desk-wizard-announced = Title, name and time are fixed. Pool and rules can be changed until they are sealed.
desk-wizard-sealed = Everything is fixed. What you see is how it was prepared.
desk-wizard-read-only = Organisers edit this step.
desk-wizard-waits = { $n_s } of { $needed_s } signatures are there.
desk-wizard-sign = Read and sign
desk-step-rules = Rules
desk-step-people = People
desk-step-quotas = Quotas
desk-step-time = Time
desk-step-terms = Terms
desk-rules-title = Title
desk-rules-more-titles = Titles in other languages
desk-rules-name = Name in the log
desk-rules-name-hint = Never used before, and never again. Small letters, digits and hyphens.
desk-rules-purpose-hint = In one word, such as letters or council. Repeated attempts for the same purpose are counted and shown.
desk-rules-seats = How many are drawn
desk-rules-reserves-hint = How many more are drawn who may follow.
desk-rules-from = People from an earlier draw
desk-rules-from-none = No, a list of its own
desk-rules-from-hint = For instance a council from those who were invited and answered. Everybody can then check that nobody was slipped in.
desk-rules-fixed = This draw is announced: title, name and purpose cannot be changed any more.

desk-pool-lead = The list of people who may be drawn. It is encrypted when it arrives, is not published, and nobody else sees it.
desk-pool-file = File
desk-pool-file-hint = CSV in UTF-8, or XLSX (the first sheet). One line for each person; the first line names the columns.
desk-pool-upload = Upload
desk-pool-existing = Or a list that is here already
desk-pool-use = Use this list
desk-pool-other = Use another list
desk-pool-chosen = List: { $name }
desk-pool-gone = The list of this draft was deleted. Upload it again.
desk-pool-linked = All of them come from the draw { $draw }. Upload the file with the answers: the column that tells people apart, as in the earlier list, and the answers. Whoever was not drawn then is refused.
desk-pool-linked-kept = Of this file only columns for groups and quotas are kept. Names and addresses come from the earlier list.
desk-pool-linked-columns = These columns of the earlier list are for groups and quotas, too
desk-pool-linked-other = This list does not say that its people come from the draw { $draw }. Upload it again, or take the earlier draw out of the rules.
desk-pool-sealed = The list is sealed, and cannot be changed.
desk-pool-read = { $n ->
    [one] { $n_s } column was found.
   *[other] { $n_s } columns were found.
}
desk-pool-sheet = Read from the sheet “{ $name }”.
desk-pool-not-read = Not read: { $names }.
desk-pool-numbers = { $n ->
    [one] { $n_s } number was written as text; leading zeros that the sheet only shows are not there
   *[other] { $n_s } numbers were written as text; leading zeros that the sheet only shows are not there
}
desk-pool-dates = { $n ->
    [one] { $n_s } date was written as YYYY-MM-DD
   *[other] { $n_s } dates were written as YYYY-MM-DD
}
desk-pool-truths = { $n ->
    [one] { $n_s } yes/no value was written as TRUE or FALSE
   *[other] { $n_s } yes/no values were written as TRUE or FALSE
}
desk-pool-roles = What the columns are for
desk-pool-column = Column
desk-pool-role = Role
desk-pool-role-of = Role of the column { $column }
desk-column-private = only for your lists
desk-column-private-text = Names, streets and whatever your letters need. Never published.
desk-column-id = tells people apart
desk-column-id-text = Something that each person recognises as theirs alone, such as a number in the register. Exactly one column. Never published.
desk-column-public = for groups and quotas
desk-column-public-text = Age group, municipality, gender. If the method needs them, these columns are published without names: keep them coarse.
desk-column-household = address
desk-column-household-text = Columns that together are the address. They show who lives together. Never published.
desk-pool-check = Check the list
desk-pool-problems = The list cannot be used like this.
desk-pool-no-headings = The first line looks like a person, not like names of columns.
desk-pool-problems-text = Correct the file where you have it, and upload it again.
desk-file-line = Line { $line }:
desk-file-more = { $n ->
    [one] And { $n_s } more.
   *[other] And { $n_s } more.
}
desk-file-empty-file = The file is empty.
desk-file-header-only = The file names columns and holds no people.
desk-file-utf16 = The file is saved as UTF-16 and not as UTF-8.
desk-file-not-utf8 = This is not saved as UTF-8.
desk-file-nul = A NUL character stands in the column ‘{ $column }’.
desk-file-unnamed-column = Column { $position } has no name.
desk-file-heading-like-data = Column { $position_s }: its name is a number, a date or an address, or stands below it again.
desk-file-double-column = Columns { $other } and { $position } are both named ‘{ $column }’.
desk-file-column-name-too-long = The name of column { $position } is too long: { $found_s } bytes; at most { $most_s } are allowed.
desk-file-too-many-columns = The file has { $found_s } columns; at most { $most_s } are allowed.
desk-file-no-such-column = The file has no column ‘{ $column }’.
desk-file-two-roles = The column ‘{ $column }’ was given two tasks.
desk-file-ragged = { $found_s } cells instead of { $expected_s }.
desk-file-no-id = The column that tells people apart is empty here.
desk-file-id-too-long = What tells this person apart is too long: { $found_s } bytes; at most { $most_s } are allowed.
desk-file-double-id = The same person as on line { $other }.
desk-file-cell-too-long = The cell in the column ‘{ $column }’ is too long: { $found_s } bytes; at most { $most_s } are allowed.
desk-file-record-too-long = The row that begins here is too long to be one person’s.
desk-file-after-quotation = On line { $other } text follows a closing quotation mark.
desk-file-public-too-long = The columns for groups and quotas are too long together: at most { $most_s } bytes are allowed.
desk-file-too-many-people = More people than a list can have.
desk-file-stranger = Nobody drawn in the earlier draw can have answered like this.
desk-file-do-encoding = Save the file as UTF-8: in Excel by ‘Save As’, type ‘CSV UTF-8’; in LibreOffice by ‘Save As’, ‘Text CSV’, character set ‘Unicode (UTF-8)’.
desk-file-do-export = The first line names the columns, and each line after it is one person. See whether the export from the register worked.
desk-file-do-names = Give every column a short name of its own in the first line.
desk-file-do-headings = If it is a person, put a line with the names of the columns above it and upload the file again: otherwise this person is missing from the list. If these are names of columns, go on.
desk-file-do-fewer = Leave out the columns that neither the draw nor the letters need.
desk-file-do-roles = Give each column of the file exactly one task.
desk-file-do-cells = A cell that holds the delimiter or a line break must stand in quotation marks. Easiest: save the table from the spreadsheet once more.
desk-file-do-id = Remove rows that are empty or hold totals.
desk-file-do-double = One row for each person: remove the double, or give different people different numbers.
desk-file-do-shorter = Shorten the cell, or leave the column out.
desk-file-do-quote = Look for a quotation mark that is opened on this line and never closed.
desk-file-do-pools = Divide the list among several draws.
desk-file-do-stranger = Only people drawn in the earlier draw can be in this list. Compare the number.
desk-pool-good = { $n ->
    [one] The list is in order: { $n_s } person.
   *[other] The list is in order: { $n_s } people.
}
desk-pool-trimmed = { $n ->
    [one] { $n_s } cell without the spaces around it
   *[other] { $n_s } cells without the spaces around them
}
desk-pool-composed = { $n ->
    [one] { $n_s } cell with accents written in one way
   *[other] { $n_s } cells with accents written in one way
}
desk-pool-formulas = { $n ->
    [one] { $n_s } cell looks like a spreadsheet formula; it stays as it is
   *[other] { $n_s } cells look like spreadsheet formulas; they stay as they are
}
desk-pool-commit-text = Now the list is fixed: its short hash will stand in the terms. Changing one letter afterwards would show.
desk-pool-commit = Fix this list
desk-pool-committed = The list is fixed.
desk-pool-is-committed = { $n ->
    [one] The list is fixed: { $n_s } person.
   *[other] The list is fixed: { $n_s } people.
}
desk-pool-root = Hash of the list
desk-pool-alike = Nobody stands alone in what is published: every row is there at least { $n_s } times.
desk-pool-alone = { $n ->
    [one] { $n_s } row in what is published equals no other: that person can be recognised.
   *[other] { $n_s } rows in what is published equal no other: those people can be recognised.
}
desk-pool-alone-households = { $n ->
    [one] { $n_s } household equals no other.
   *[other] { $n_s } households equal no other.
}
desk-pool-alone-text = Upload the list with coarser values, or say in the terms why it is published all the same.
desk-pool-alone-help = What would help:
desk-pool-coarser-band = { $column } in bands of { $by }
desk-pool-coarser-cut = { $column }: the first { $by } characters only
desk-pool-coarser-merge = { $column }: values that fewer than { $by } people have put together as “other”
desk-pool-coarser-then = { $n ->
    [one] { $n_s } row would stand alone
   *[other] { $n_s } rows would stand alone
}
desk-pool-delete-title = Delete this list
desk-pool-delete-text = The list and what was computed from it is destroyed here. A sealed draw keeps its own copy until it is erased.
desk-pool-delete = Delete the list
desk-strata-columns = Groups by these columns
desk-strata-none = This method needs columns for groups and quotas, and the list has none. Upload it again and choose them.
desk-households-none = This method needs the columns of the address, and the list has none. Upload it again and choose them.

desk-quotas-not-needed = This method needs no quotas.
desk-quotas-uncommitted = First fix the list of people.
desk-quotas-lead = { $n ->
    [one] How many of each value sit on a panel of { $n_s } person, at least and at most. The figures proposed follow the list.
   *[other] How many of each value sit on a panel of { $n_s } people, at least and at most. The figures proposed follow the list.
}
desk-quotas-use = Quotas for { $column }
desk-quotas-caption = { $column }: at least and at most
desk-quotas-value = Value
desk-quotas-pool = In the list
desk-quotas-min = At least
desk-quotas-max = At most
desk-quotas-too-many = This column has too many values for quotas; only the most frequent are shown.
desk-quotas-check = Can they be met?
desk-quotas-build = Build fair panels
desk-quotas-applied = Put into the table. Check again.
desk-quotas-choose = Use these panels
desk-quotas-chosen = Panels are chosen
desk-job-feasibility = Can the quotas be met?
desk-job-panels = Fair panels
desk-job-runs = Computing. You can leave this page; it goes on.
desk-job-cancel = Cancel
desk-job-cancelled = Cancelled.
desk-job-failed = This did not come to an end.
desk-job-doing-waiting = Waiting until another job is done.
desk-job-doing-reading = Reading people and quotas.
desk-job-doing-chances = Looking for the fairest chances.
desk-job-doing-panels = Finding panels that realise them.
desk-job-doing-improving = Exchanging panels for better ones.
desk-job-doing-choices = Looking for people who have no choice.
desk-job-doing-relaxing = Looking for the smallest change of the quotas that helps.
desk-job-doing-steps = Step { $done_s } of { $total_s }.
desk-job-helps = This change helps:
desk-job-wrong-no-panel = No panel can meet all quotas at once.
desk-job-wrong-conflict = This stands in the way: { $feature }, { $value }: { $min_s } to { $max_s }.
desk-job-wrong-conflict-households = What also stands in the way: at most one person of a household is on the panel.
desk-job-wrong-not-found = No panel was found in the time allowed, though there may be one. Widen quotas by a person or two.
desk-job-wrong-gave-up = The computation could not cope with these quotas. Widen a quota by a person or two.
desk-job-wrong-beyond-flex = Even the widest bounds allow no panel. Widen several quotas, or change the number of seats.
desk-job-wrong-no-change-found = No change that helps was found in the time allowed. Widen several quotas, then check again.
desk-job-wrong-too-long = The job took longer than it may. Widen quotas, then start again.
desk-job-wrong-broke-off = The computation broke off. Start again; if it happens again, tell whoever runs the service.
desk-job-wrong-stopped = The service was stopped meanwhile. Start again.
desk-job-wrong-cannot-start = The computation cannot start. Tell whoever runs the service.
desk-job-wrong-refused = The service could not read the list of people. See whether it is still there, then start again.
desk-job-wrong-too-many-people = Panels are built from at most { $most_s } people. Take another method, such as by groups.
desk-job-wrong-unreadable = The quotas cannot be read.
desk-job-wrong-not-utf8 = The quotas are not saved as UTF-8.
desk-job-wrong-no-quotas = The quotas have no header, or nothing stands below it.
desk-job-wrong-missing-column = The column ‘{ $feature }’ is missing.
desk-job-wrong-no-id-column = No column tells people apart.
desk-job-wrong-double-column = Two columns are called ‘{ $feature }’.
desk-job-wrong-ragged = { $found_s } cells instead of { $most_s }.
desk-job-wrong-empty-cell = The cell under ‘{ $feature }’ is empty.
desk-job-wrong-not-a-number = Under ‘{ $feature }’ there is no whole number of people.
desk-job-wrong-min-over-max = { $feature }, { $value }: at least { $min_s } is more than at most { $max_s }.
desk-job-wrong-flex-inside = { $feature }, { $value }: min_flex to max_flex does not contain the quota.
desk-job-wrong-double-quota = { $feature }, { $value } already has a quota.
desk-job-wrong-unknown-value = The column ‘{ $feature }’ holds values for which there is no quota. Give each value of this column one, or do not use its quotas.
desk-job-wrong-missing-value = For some people the column ‘{ $feature }’ is empty. Do not use its quotas, or upload the list completed.
desk-job-wrong-missing-id = For one person, what tells them apart is empty.
desk-job-wrong-double-id = One person is there twice.
desk-job-wrong-zero-seats = A panel needs at least one seat.
desk-job-wrong-more-seats-than-people = { $seats_s } seats, but only { $found_s } on the list.
desk-job-wrong-maxima-too-low = { $feature }: at most { $found_s } together, too few for { $seats_s } seats. Raise ‘at most’.
desk-job-wrong-minima-too-high = { $feature }: at least { $found_s } together, too many for { $seats_s } seats. Lower ‘at least’.
desk-job-wrong-too-few-people = { $feature }, { $value }: at least { $min_s } are required, { $found_s } are on the list.
desk-job-wrong-too-many = Too much at once: { $found_s }; at most { $most_s } are allowed. Use fewer quotas.
desk-job-possible = Yes, a panel can meet all quotas.
desk-job-impossible = No panel can meet all quotas at once.
desk-job-smallest = { $n ->
    [one] The smallest change that helps is by { $n_s } person:
   *[other] The smallest change that helps is by { $n_s } people altogether:
}
desk-job-smaller = { $n ->
    [one] This change by { $n_s } person helps; a smaller one may exist:
   *[other] This change by { $n_s } people altogether helps; a smaller one may exist:
}
desk-job-apply = Put this into the table
desk-job-built = { $n ->
    [one] { $n_s } panel is built; it meets all quotas.
   *[other] { $n_s } panels are built; each meets all quotas.
}
desk-fair-smallest = Smallest chance
desk-fair-largest = Largest chance
desk-fair-mean = Average chance
desk-fair-bound = No list could give everybody more than
desk-fair-nobody = People without a chance
desk-fair-text = Quotas make chances unequal. If the smallest chance is far below the average, widen the quota that is hardest to meet. Anyone can check these figures later.

desk-time-lead = When is it drawn? The first value of the beacon at or after this time decides.
desk-time-zone = In the time of this computer: { $zone }.
desk-time-store = Store
desk-time-beacon = The beacon is a public random value that nobody can know beforehand. Leave enough time until then: two people sign the announcement and the terms.
desk-time-announce-text = The announcement tells everybody that it is drawn on { $at }.
desk-time-announce = Write the announcement
desk-time-announced = The draw is announced. Its time can only be changed by a postponement, which everybody sees.
desk-terms-lead = Everything once more. What is sealed here decides.
desk-terms-missing = Before the terms:
desk-terms-missing-announcement = The draw has to be announced.
desk-terms-missing-pool = The list of people is missing.
desk-terms-missing-strata = Choose the columns that make the groups.
desk-terms-missing-panels = Build panels and choose them.
desk-terms-write-text = The terms are written with pool, rules and round. You read them in words before anybody signs.
desk-terms-write = Write the terms
desk-terms-reason-title = Some people stand alone in the published columns
desk-terms-reason-text = If the terms are refused because somebody could be recognised in the published columns: upload the list with coarser values, such as age groups. If that is not possible, say why it is published all the same. Two members sign it, and everybody reads it.
desk-terms-reason = Why it is published all the same
desk-draft-delete-title = Delete this draft
desk-draft-delete-text = Nothing of it is in the log yet.
desk-draft-delete = Delete the draft

desk-results-lead = { $n ->
    [one] { $n_s } person holds a seat.
   *[other] { $n_s } people hold seats.
}
desk-results-seated = Seats held
desk-results-left = Have left
desk-results-panel = Panel drawn
desk-results-hash = Hash of the result
desk-results-files = Files with names
desk-results-files-text = With all columns of your list. They are made for this download, and are not kept.
desk-results-drawn = Those who hold seats (CSV)
desk-results-reserves = Reserves (CSV)
desk-results-remaining = All others (CSV)
desk-audit-title = For an auditor
desk-audit-text = The whole list as it was committed, with its key, encrypted so that the auditor alone can open it. The auditor makes a key with age-keygen and gives you the line that begins with age1.
desk-audit-recipient = The auditor’s recipient
desk-audit-hint = It begins with age1. The file is opened with: klero audit open
desk-audit-go = Download, encrypted
desk-letters-title = Letters
desk-letters-text = A file for your mail merge: your columns, and for each person a receipt code, a link and a QR code. With it each person can check that they were in the list, and what came out. First the receipts are put, encrypted, where the code finds them.
desk-letters-drawn = Prepare letters to those drawn
desk-letters-reserves = Prepare letters to reserves
desk-letters-made = { $n ->
    [one] { $n_s } letter is prepared.
   *[other] { $n_s } letters are prepared.
}
desk-letters-csv = File for the mail merge (CSV)
desk-letters-zip = The same, with a picture of each QR code (ZIP)

desk-answers-closed = No answers are taken yet. Until when may people answer?
desk-answers-deadline = Answers count until
desk-answers-open = Take answers
desk-answers-move = Move the end
desk-answers-is-open = Open
desk-answers-is-closed = Closed
desk-answers-until = Until
desk-answers-progress = Answers so far
desk-answers-lead = { $yes_s } yes, { $no_s } no, of { $n_s } who were asked.
desk-answers-enter = Enter answers
desk-answers-codes = Codes of the letters
desk-answers-codes-hint = One on each line: the 26 characters. A typing error is found.
desk-answers-answer = Their answer
desk-answers-yes = Yes, comes
desk-answers-no = No, declines
desk-answers-go = Enter
desk-answers-imported = { $n ->
    [one] { $n_s } answer entered.
   *[other] { $n_s } answers entered.
}
desk-answers-silent = To be reminded
desk-answers-silent-text = { $n ->
    [one] { $n_s } person has not answered.
   *[other] { $n_s } people have not answered.
}
desk-answers-reminders = List for reminders, with all columns (CSV)
desk-answers-refusals = { $n ->
    [one] { $n_s } refusal: fill the seat
   *[other] { $n_s } refusals: fill the seats
}
desk-answers-all = { $n ->
    [one] { $n_s } answer, by number in the list
   *[other] { $n_s } answers, by number in the list
}

desk-seats-lead = Who declines or leaves gives up a seat, in public, without a name. Who follows is decided by the rule in the terms, not by anybody here.
desk-seats-refused = Those who declined
desk-seats-none-refused = Nobody who holds a seat has declined.
desk-seats-other = Another seat
desk-seats-other-text = For somebody who leaves later. Their number in the list stands in their receipt and in the minutes.
desk-seats-place = Number in the list
desk-seats-why = Why
desk-seats-beacon = Time, if a new round of the beacon decides
desk-seats-beacon-text = Only if the terms say so. The first value at or after this time decides who follows.
desk-seats-beacon-use = A new round of the beacon decides
desk-seats-beacon-at = Time of the replacement
desk-seats-go = Write it, to be signed
desk-rotation-lead = Part of a council changes, such as a third: by two ordinary draws from those who hold seats. Everybody can check that nobody was slipped in. The list is made here; then you prepare the draw like any other.
desk-rotation-what = What is drawn?
desk-rotation-leave = Who leaves
desk-rotation-leave-text = From those who now hold a seat of this draw. Whoever left by an earlier rotation is left out below.
desk-rotation-enter = Who enters
desk-rotation-enter-text = From those who hold a seat of this draw, such as an assembly. Whoever sits or sat on the council is left out below.
desk-rotation-seats = How many
desk-rotation-seats-hint = { $n ->
    [one] { $n_s } person holds a seat.
   *[other] { $n_s } people hold a seat.
}
desk-rotation-gone = Whoever holds or held a seat of these draws is left out
desk-rotation-gone-hint = Only draws whose lists are linked to this one will do.
desk-rotation-title = Title of the new draw
desk-rotation-go = Make the list and prepare the draw
desk-rotation-made = The list is made. Look through the rules.

desk-complaints-closed = No complaints are taken yet. Until when may people complain?
desk-complaints-until = Complaints are taken until
desk-complaints-open = Take complaints
desk-complaints-move = Move the end
desk-complaints-is-open = Open
desk-complaints-is-closed = Closed
desk-complaints-lead = { $n ->
    [0] No complaint waits for an answer.
    [one] { $n_s } complaint waits for an answer.
   *[other] { $n_s } complaints wait for an answer.
}
desk-complaints-text = What the complaint says
desk-complaints-text-hint = It stays with you. It is not published.
desk-complaints-enter = Enter the complaint
desk-complaints-answer = Answer
desk-complaints-answer-go = Store the answer
desk-complaints-ruling = Is it right?
desk-complaints-annul = If the result has to go: annul it
desk-ruling-rejected = Rejected
desk-ruling-upheld = Upheld

desk-change-lead = What is in the log stays there. A change is added, is signed by two members, and everybody sees it.
desk-change-nothing = Nothing of this is possible now.
desk-change-postponement = Postpone
desk-change-postponement-text = The draw takes place later. How often it was postponed is counted and shown.
desk-change-void = Give up
desk-change-void-text = The draw does not take place. A new attempt for the same purpose is counted as the next. Once the beacon’s round is there, a draw that can still be carried out is drawn instead; its result can then be annulled.
desk-change-annulment = Annul
desk-change-annulment-text = After a complaint that was upheld, or when a court says so.
desk-change-erasure = Erase
desk-change-erasure-text = When it is all over: pool key, rows and table are destroyed. Download what you have to keep first.
desk-change-at = New time
desk-change-why = Why
desk-change-write = Write it, to be signed
