# Het bureau van de organisatoren, Nederlands. Voor een gemeentesecretaris: korte zinnen, geen jargon, en altijd wat er nu te doen is.
# Het deel in de browser begrijpt alleen teksten, { $x }, { $n_s } en een keuze met { $n -> … }.

desk-title = Bureau
desk-lead = Een loting voorbereiden, haar met twee ondertekenen, en doen wat daarna komt.
desk-noscript = Het bureau heeft JavaScript nodig: uw sleutel mag alleen in uw eigen browser liggen. Alles kan ook met het commando klero of via de API.
desk-rehearsal = Lotingen gebruiken hier een oefenbaken. Probeer alles uit; niets van wat hier geloot wordt, telt.
desk-public = Openbare pagina’s
desk-footer = Wie zich aanmeldt, krijgt één cookie, die na twaalf uur afloopt. Uw sleutel blijft in deze browser. Aan niemand anders wordt iets gevraagd.

desk-nav-keys = Sleutels
desk-nav-people = Personen
desk-nav-account = Account
desk-back-home = Alle lotingen
desk-again = Opnieuw proberen
desk-copy = Kopiëren
desk-copy-of = { $what } kopiëren
desk-copy-command = Commando
desk-copy-invitation = Uitnodiging
desk-copy-no = Deze browser laat kopiëren niet toe. De tekst is geselecteerd: kopieer hem met Ctrl+C.
desk-copied = Gekopieerd.
desk-lost-title = Deze pagina bestaat niet
desk-lost-text = Misschien is het adres afgebroken.
desk-session-over = U bent afgemeld, omdat de sessie is afgelopen. Er is niets verloren: meld u aan en ga verder.
desk-session-back = U bent weer aangemeld. Wat u had ingevuld, staat er nog: verstuur het nog eens.
desk-leave-unsent = Wat u hier hebt ingevuld, is nog niet verstuurd. Toch weggaan?

desk-problem-title = Dit is niet gelukt
desk-problem-fault = Deze pagina heeft een fout. Laad haar opnieuw; gebeurt het weer, zeg het dan aan de beheerder.
desk-problem-other = De dienst heeft dit geweigerd.
desk-problem-network = De dienst is niet bereikbaar. Controleer uw verbinding en probeer opnieuw: niets wordt dubbel gedaan.
desk-problem-unauthenticated = Aanmeldnaam, wachtwoord of code klopt niet.
desk-problem-forbidden = Uw account mag dit niet.
desk-problem-not-found = Dit is hier niet, of niet voor u bestemd.
desk-problem-refused = Dit is nu niet mogelijk.
desk-problem-invalid = Er klopt iets niet.
desk-problem-stale = Iemand heeft dit intussen gewijzigd. Laad de pagina opnieuw en breng dan uw wijziging aan.
desk-problem-too-many-requests = Te veel pogingen. Wacht een minuut en probeer dan opnieuw.
desk-problem-too-large = Dit is te groot.
desk-problem-unavailable = De dienst kan dit nu even niet. Probeer het zo opnieuw: niets wordt dubbel gedaan.
desk-problem-internal = De dienst heeft gefaald. Probeer opnieuw: niets wordt dubbel gedaan.
desk-problem-csrf = Deze pagina is verouderd. Laad haar opnieuw.
desk-problem-passwords-differ = De twee wachtwoorden verschillen.
desk-problem-file-kind = Kies een bestand waarvan de naam op .csv of .xlsx eindigt.
desk-problem-one-id = Precies één kolom onderscheidt de personen. Geef één kolom de rol ‘onderscheidt personen’.
desk-problem-no-quota = Gebruik de quota van minstens één kolom.
desk-problem-no-code = Voer minstens één code in.
desk-problem-no-seat = Kies minstens één zetel.
desk-problem-other-note = Dit is een andere tekst dan de te ondertekenen. Download hem opnieuw, onderteken hem ongewijzigd, en plak hem in zijn geheel.
desk-problem-no-new-signature = Er staat geen nieuwe handtekening in. Onderteken eerst de tekst en plak hem dan.
desk-problem-no-proof = Dit is niet wat klero keys claim toont. Plak alles, van kleroterion tot de laatste regel.
desk-problem-unique-rows = Iemand zou in de gepubliceerde kolommen herkenbaar zijn. Hieronder, bij ‘Sommigen staan alleen’, staat wat te doen is.
desk-problem-infeasible = De lijst van personen volstaat niet voor deze zetels.

desk-signin-title = Aanmelden
desk-signin-lead = Voor wie lotingen voorbereidt en ondertekent. Om lotingen te bekijken hebt u geen account nodig.
desk-signin-login = Aanmeldnaam
desk-signin-password = Wachtwoord
desk-signin-totp = Code van de tweede factor
desk-signin-totp-hint = Zes cijfers uit uw authenticatie-app. Laat leeg als u er geen hebt ingesteld.
desk-signin-go = Aanmelden
desk-signin-invited = Ik ben uitgenodigd en heb nog geen account
desk-signin-lost = Ik ben mijn wachtwoord of app kwijt
desk-signin-lost-text = Vraag de beheerder om uw account te sluiten en u opnieuw uit te nodigen. Lotingen, ontwerpen en handtekeningen blijven zoals ze zijn.
desk-signout = Afmelden

desk-accept-title = Een uitnodiging aannemen
desk-accept-lead = Van een uitnodiging komt één account. Ze geldt één keer, een week lang.
desk-accept-secret = Uitnodiging
desk-accept-secret-hint = Ze begint met invite_ en komt van wie u heeft uitgenodigd.
desk-accept-name = Uw naam
desk-accept-name-hint = Uw collega’s zien hem. Hij wordt niet gepubliceerd.
desk-accept-password = Wachtwoord
desk-accept-password-hint = Minstens 12 tekens. Meerdere woorden zijn goed.
desk-accept-again = Hetzelfde wachtwoord nog eens
desk-accept-go = Mijn account maken
desk-accept-signin = Ik heb een account

desk-account-title = Account
desk-account-name = Naam
desk-account-role = Rol
desk-account-organiser = Organisator
desk-role-admin = Beheer
desk-role-admin-text = U laat organisatoren en personen binnen. U ziet geen ontwerp, geen lijst en geen persoon daaruit.
desk-role-organiser = Voorbereiding
desk-role-organiser-text = U bereidt lotingen voor, ondertekent ze, en doet wat daarna komt.
desk-role-approver = Ondertekening
desk-role-approver-text = U leest wat te ondertekenen is, en ondertekent het. U ziet geen persoon.
desk-role-auditor = Controle
desk-role-auditor-text = U leest alles en wijzigt niets.
desk-totp-title = Tweede factor
desk-totp-text = Met een tweede factor kan niemand zich aanmelden die alleen uw wachtwoord kent. U hebt er een authenticatie-app op uw telefoon voor nodig.
desk-totp-begin = Een tweede factor instellen
desk-totp-scan = Scan dit met de app:
desk-totp-scan-alt = QR-code van de tweede factor
desk-totp-secret = Of typ dit in de app (op basis van tijd, zes cijfers), of open de link op de telefoon:
desk-totp-open = Openen in de app
desk-totp-code = Code die ze nu toont
desk-totp-confirm = Inschakelen
desk-totp-on = De tweede factor is ingeschakeld.
desk-totp-off = De tweede factor is uitgeschakeld.
desk-totp-remove = Uitschakelen
desk-password-title = Wachtwoord wijzigen
desk-password-old = Huidig wachtwoord
desk-password-new = Nieuw wachtwoord
desk-password-go = Wijzigen
desk-password-done = Het wachtwoord is gewijzigd. Alle andere sessies zijn afgelopen.

desk-home-title = Bureau
desk-home-admin = U laat organisatoren en hun mensen binnen. Zij bereiden de lotingen voor.
desk-home-not-enrolled = Vóór de eerste loting: sleutels
desk-home-not-enrolled-text = Twee mensen maken elk een sleutel en laten ze in het logboek inschrijven. Dat gebeurt één keer.
desk-home-keys = Naar de sleutels
desk-home-waiting = { $n ->
    [one] { $n_s } besluit wacht op handtekeningen
   *[other] { $n_s } besluiten wachten op handtekeningen
}
desk-home-signed = { $n_s } van { $needed_s } handtekeningen
desk-home-yours = U hebt nog niet ondertekend.
desk-home-ready = Alle handtekeningen zijn er: het besluit kan worden ingediend.
desk-home-others = U hebt ondertekend. Anderen moeten nog.
desk-home-new = Nieuwe loting
desk-home-drafts = In voorbereiding
desk-home-draft = Te loten op { $at }
desk-home-draws = Lotingen
desk-home-none = Er is nog geen loting aangekondigd.

desk-people = { $n ->
    [one] { $n_s } persoon
   *[other] { $n_s } personen
}
desk-seats = { $n ->
    [one] { $n_s } zetel
   *[other] { $n_s } zetels
}
desk-drawn = { $n ->
    [one] { $n_s } persoon wordt geloot
   *[other] { $n_s } personen worden geloot
}
desk-reserves = { $n ->
    [one] { $n_s } reserve
   *[other] { $n_s } reserves
}
desk-days = { $n ->
    [one] { $n_s } dag
   *[other] { $n_s } dagen
}
desk-place = Nummer { $n_s }
desk-overdue = Te laat
desk-erased = Gewist
desk-rehearsal-draw = Repetitie
desk-phase-announced = Aangekondigd
desk-phase-announced-text = Aangekondigd. Nu moeten lijst en regels verzegeld worden, vóór het tijdstip van de loting.
desk-phase-sealed = Verzegeld
desk-phase-sealed-text = Verzegeld. Op het aangekondigde tijdstip beslist het baken; niemand hoeft iets te doen.
desk-phase-drawn = Geloot
desk-phase-drawn-text = Geloot.
desk-phase-vacated = Zetels worden opgevuld
desk-phase-vacated-text = Er zijn zetels vrij. Op het aangekondigde tijdstip beslist het baken wie volgt.
desk-phase-voided = Opgegeven
desk-phase-voided-text = Opgegeven vóór de loting. Dat blijft zichtbaar.
desk-phase-annulled = Nietig verklaard
desk-phase-annulled-text = De uitslag is nietig verklaard. Hij blijft zichtbaar.

desk-draw-not-announced = Deze loting is nog niet aangekondigd.
desk-draw-go-on = Verder voorbereiden
desk-draw-no-draft = Van deze loting is hier geen ontwerp: ze is op een andere manier aangekondigd.
desk-draw-people = Personen op de lijst
desk-draw-erase-by = Te wissen vóór
desk-erase-now = Nu wissen
desk-erase-now-text = De tijd waarin de gegevens van deze mensen mogen worden bewaard, is voorbij. Wissen vraagt twee handtekeningen.
desk-draw-countdown = Het baken beslist over
desk-draw-next = Wat u kunt doen
desk-draw-public = Wat iedereen ziet
desk-draw-public-page = Pagina van deze loting
desk-draw-public-live = Weergave voor de plechtigheid, om te projecteren
desk-draw-public-minutes = Proces-verbaal om af te drukken, met plaats voor de namen van de getuigen
desk-draw-public-bundle = Bewijs
desk-draw-public-press = Voor de pers
desk-go-results = Namen en brieven
desk-go-results-text = Bestanden met wie geloot is; brieven met een ontvangstcode voor ieder.
desk-go-answers = Antwoorden
desk-go-answers-text = Antwoorden invoeren met de code van de brief; wie herinnerd moet worden.
desk-go-seats = Weigeringen en vervangingen
desk-go-seats-text = Zetels afstaan, en zien wie volgt.
desk-go-rotation = Rotatie
desk-go-rotation-text = Loten wie uittreedt, of wie uit deze kring in een andere raad komt.
desk-go-complaints = Klachten
desk-go-complaints-text = Klachten binnen hun termijn invoeren en beantwoorden.
desk-go-change = Uitstellen, opgeven, nietig verklaren, wissen
desk-go-change-text = Elk vraagt twee handtekeningen, en iedereen ziet het.

desk-keys-title = Sleutels
desk-keys-lead = Wat een organisator besluit, ondertekenen twee mensen, elk met een eigen sleutel. De dienst heeft die sleutels nooit: de uwe blijft in deze browser.
desk-keys-enrolled = { $n ->
    [one] Versie { $version } van uw sleutels is van kracht: { $n_s } sleutel, waarvan er { $threshold_s } moeten ondertekenen.
   *[other] Versie { $version } van uw sleutels is van kracht: { $n_s } sleutels, waarvan er { $threshold_s } moeten ondertekenen.
}
desk-keys-not-enrolled = Uw sleutels staan nog niet in het logboek.
desk-keys-not-enrolled-text = Maak een sleutel, vraag een collega er ook een te maken, zet een derde op papier; laat ze daarna hieronder inschrijven.
desk-keys-recovery-waits = Een herinschrijving na verloren sleutels wacht, in het openbaar. Ze is van kracht vanaf
desk-keys-lost = In deze browser ligt geen sleutel van u.
desk-keys-lost-text = Misschien zijn zijn gegevens gewist, of hebt u een andere browser gebruikt. Alleen de sleutel is verloren: ontwerpen, lijsten en handtekeningen liggen op de server. Zolang genoeg anderen hun sleutel hebben, kunnen zij ondertekenen. Maak hier een nieuwe sleutel en laat hem inschrijven door wie een geldende sleutel heeft; of onderteken met uw sleutel op papier.
desk-keys-all = Sleutels van uw organisator
desk-keys-none = Er is nog geen sleutel aangemeld.
desk-key-in-force = Van kracht
desk-key-waits = Niet ingeschreven
desk-key-here = In deze browser
desk-key-elsewhere = Niet in deze browser
desk-key-more = Tonen of verwijderen
desk-key-remove = Deze sleutel verwijderen
desk-key-remove-text = Hij is nooit ingeschreven, of is niet meer van kracht: hem verwijderen heeft geen gevolgen.
desk-key-remove-in-force = In het logboek is hij van kracht: hij blijft van u tot een inschrijving zonder hem is ondertekend en in het logboek staat.
desk-key-left = Account gesloten
desk-key-left-text = Het account waarvan hij was, is gesloten. Wie de sleutel heeft, kan hem onder een ander account opnieuw aanmelden; beide gelden dan als één persoon. Laat anders een inschrijving zonder hem ondertekenen en verwijder hem daarna.
desk-key-removed = De sleutel is verwijderd.
desk-keys-make-title = Een sleutel in deze browser maken
desk-keys-make-text = De sleutel ontstaat hier en kan niet worden uitgehaald, gekopieerd of verstuurd, ook niet door deze pagina. Zijn openbare helft wordt voor u aangemeld. Worden de gegevens van deze browser gewist, dan is de sleutel weg: daarom hoort een derde sleutel op papier.
desk-keys-role = Naam van de sleutel
desk-keys-role-hint = Hij is openbaar, als { $organiser }/naam. Kleine letters, cijfers en _; liever een functie dan een persoonsnaam.
desk-keys-make-go = Mijn sleutel maken
desk-keys-made = De sleutel is gemaakt en aangemeld.
desk-keys-unable = Deze browser kan zulke sleutels niet maken, of bewaart niets. Neem een recente Firefox, Chrome, Edge of Safari buiten privévensters; of maak een sleutel met het commando klero keys new en meld hem hieronder aan.
desk-keys-paper-title = Een sleutel op papier, of van de opdrachtregel
desk-keys-paper-text = Drie sleutels is verstandig: twee die gebruikt worden, en een derde die afgedrukt in een kluis ligt. Dan staat niemand buiten als er een verloren gaat. Maak op een eigen computer, liefst zonder netwerk, met het eerste commando de sleutel en met het tweede een bewijs dat u hem hebt; druk het bestand af, berg het papier op, verwijder het bestand. Plak het bewijs hier: er staat niets geheims in.
desk-keys-paper-proof = Bewijs dat de sleutel van u is
desk-keys-paper-hint = Alles wat het tweede commando toont, van kleroterion/v1/member_key tot de laatste regel.
desk-keys-paper-go = Deze sleutel als de mijne aanmelden
desk-keys-registered = De sleutel is aangemeld.
desk-enrol-title = De sleutels laten inschrijven
desk-enrol-again-title = De geldende sleutels wijzigen
desk-enrol-text = Een inschrijving zegt in het logboek welke sleutels voor u ondertekenen. Elk van haar sleutels ondertekent haar één keer, om te tonen dat hij er is.
desk-enrol-alone = Er zijn sleutels van twee verschillende mensen nodig. Wie moet ondertekenen, wordt uitgenodigd door het beheer van de dienst.
desk-enrol-keys = Sleutels die van kracht moeten zijn
desk-enrol-threshold = Hoeveel ervan moeten ondertekenen
desk-enrol-threshold-hint = Twee is voor de meesten goed. Met drie sleutels mag er dan een verloren gaan.
desk-enrol-recovery = Te veel sleutels zijn verloren: opnieuw inschrijven zonder de oude
desk-enrol-recovery-hint = Zo’n herinschrijving is openbaar en pas na 30 dagen van kracht, zodat niemand ongemerkt een organisator overneemt.
desk-enrol-go = De inschrijving schrijven

desk-people-title = Personen
desk-people-lead = Wie hier mag werken. Iedereen heeft een eigen account en een rol.
desk-organisers-title = Organisatoren
desk-organisers-none = Er is nog geen organisator.
desk-organisers-name = Naam, zoals men hem kent
desk-organisers-id = Korte naam voor het logboek
desk-organisers-id-hint = Kleine letters, cijfers en koppeltekens; voor altijd. Bijvoorbeeld eupen.
desk-organisers-go = Organisator toevoegen
desk-organisers-added = De organisator is toegevoegd.
desk-invite-title = Iemand uitnodigen
desk-invite-login = Aanmeldnaam
desk-invite-login-hint = Een e-mailadres is goed. Er wordt geen mail verstuurd.
desk-invite-role = Rol
desk-invite-role-hint = Voorbereiding: bereidt voor en ondertekent. Ondertekening: ondertekent en ziet geen persoon. Controle: leest.
desk-invite-role-hint-auditor = Controle: leest en verandert niets. Wie ondertekent, wordt uitgenodigd door het beheer van de dienst: zo wordt niemand twee.
desk-invite-organiser = Organisator
desk-invite-go = Uitnodigen
desk-invite-made = Uitnodiging voor { $login }
desk-invite-made-text = Ze wordt maar één keer getoond. Geef ze veilig door, aan deze persoon alleen: wie ze heeft, kan het account maken.
desk-invite-until = Loopt af
desk-invite-revoke = Intrekken
desk-invitations-title = Open uitnodigingen
desk-members-title = Wie hier is
desk-member-totp = Tweede factor
desk-member-closed = Gesloten

desk-kind-enrolment = Sleutels van de organisator
desk-kind-enrolment-text = Dit zegt wie voortaan voor de organisator ondertekent.
desk-kind-announcement = Aankondiging
desk-kind-announcement-text = Dit zegt aan iedereen dat er een loting komt, en wanneer. Wat aangekondigd is, kan alleen in het openbaar worden uitgesteld of opgegeven.
desk-kind-terms = Voorwaarden van de loting
desk-kind-terms-text = Dit legt lijst, regels en de ronde van het baken vast. Eenmaal verzegeld kan niemand nog iets wijzigen.
desk-kind-vacancy = Afgestane zetels
desk-kind-vacancy-text = Deze zetels komen vrij en worden opgevuld volgens de regel in de voorwaarden.
desk-kind-void = Opgeven van een loting
desk-kind-void-text = De loting gaat niet door. Dat, en waarom, blijft zichtbaar.
desk-kind-annulment = Nietigverklaring
desk-kind-annulment-text = De uitslag telt niet meer. Hij blijft zichtbaar.
desk-kind-erasure = Wissen
desk-kind-erasure-text = De sleutel van de lijst, haar rijen en haar tabel worden vernietigd. Logboek, zegel en loten blijven te controleren, namen zijn niet meer te vinden. Dit kan niet ongedaan worden gemaakt.
desk-decision-open = Wacht op handtekeningen
desk-decision-handing_in = Wordt ingediend
desk-decision-logged = In het logboek
desk-decision-withdrawn = Ingetrokken
desk-decision-says = Wat erin staat
desk-decision-signatures = Handtekeningen: { $n_s } van { $needed_s }
desk-decision-unsigned = Nog niemand heeft ondertekend.
desk-decision-not-yours = Uw account leest en ondertekent niet.
desk-decision-changed = Iemand heeft ondertekend.
desk-decision-logged-text = Dit is stap { $n_s } van het openbare logboek.
desk-decision-logged-step = Bekijken
desk-decision-next = Verder
desk-sign-title = Ondertekenen
desk-sign-here = Ondertekenen met de sleutel { $key } in deze browser
desk-sign-mine = U hebt ondertekend. Nu leest en ondertekent een ander hetzelfde.
desk-sign-mine-more = U hebt ondertekend. Hier ligt nog een sleutel van u; een inschrijving vraagt de handtekening van elke sleutel.
desk-sign-done = Ondertekend.
desk-sign-no-key = In deze browser ligt geen sleutel van u die dit mag ondertekenen.
desk-sign-no-key-text = Er is niets verloren: al het andere ligt op de server. Een ander lid kan ondertekenen; of u ondertekent op een andere computer met uw sleutel op papier, zoals hieronder; of u maakt een nieuwe sleutel en laat hem inschrijven.
desk-sign-no-key-go = Naar de sleutels
desk-sign-elsewhere = Op een andere computer ondertekenen
desk-sign-elsewhere-text = Voor wie deze pagina noch deze browser wil vertrouwen: download de tekst, breng hem naar uw eigen computer en onderteken hem daar. Het commando toont eerst wat u ondertekent.
desk-sign-download = De tekst downloaden
desk-sign-paste = De ondertekende tekst, of zijn laatste regel
desk-sign-paste-hint = Het hele bestand na het commando, of de regel die met — begint.
desk-sign-send = Deze handtekening sturen
desk-handin-enrolment = Inschrijven
desk-handin-enrolment-text = Alle handtekeningen zijn er. De inschrijving gaat naar het openbare logboek.
desk-handin-announcement = Aankondigen
desk-handin-announcement-text = Alle handtekeningen zijn er. De aankondiging gaat naar het openbare logboek.
desk-handin-terms = Verzegelen
desk-handin-terms-text = Alle handtekeningen zijn er. Verzegelen legt alles vast, voorgoed.
desk-handin-vacancy = Deze zetels afstaan
desk-handin-vacancy-text = Alle handtekeningen zijn er. De zetels komen vrij, in het openbaar.
desk-handin-void = De loting opgeven
desk-handin-void-text = Alle handtekeningen zijn er. De loting wordt opgegeven, in het openbaar.
desk-handin-annulment = De uitslag nietig verklaren
desk-handin-annulment-text = Alle handtekeningen zijn er. De uitslag wordt nietig verklaard, in het openbaar.
desk-handin-erasure = De gegevens vernietigen
desk-handin-erasure-text = Alle handtekeningen zijn er. Wat nu vernietigd wordt, komt niet terug.
desk-handin-waits = { $n ->
    [0] Er zijn handtekeningen van twee verschillende mensen nodig.
    [one] Er ontbreekt nog { $n_s } handtekening.
   *[other] Er ontbreken nog { $n_s } handtekeningen.
}
desk-handin-pass = Zeg het uw collega; deze pagina toont het meteen.
desk-handin-done = Gedaan: stap { $n_s } van het logboek.
desk-withdraw-title = Intrekken
desk-withdraw-text = Zolang het niet is ingediend, kan het worden ingetrokken en opnieuw geschreven.
desk-withdraw-go = Dit intrekken

desk-words-draw = Naam in het logboek
desk-words-title = Titel
desk-words-name = Organisator
desk-words-purpose = Waarvoor de zetels zijn
desk-words-method = Hoe er geloot wordt
desk-words-reserves = Reserves
desk-words-replacement = Als iemand weigert
desk-words-pool = Lijst
desk-words-draws_at = Tijdstip van de loting
desk-words-beacon = Baken
desk-words-draw_by = Te laat na
desk-words-not_drawn = Niet gelote zetels
desk-words-seats = Zetels
desk-words-reason = Waarom
desk-words-keys = Sleutels
desk-words-threshold = Handtekeningen
desk-words-recovery = Verloren sleutels
desk-words-attempt = Poging
desk-words-postponed = Aantal keren uitgesteld
desk-words-round = Ronde { $round }, de eerste op het tijdstip van de loting of daarna
desk-words-table = Deze kolommen worden gepubliceerd, zonder namen: { $columns }.
desk-words-table-reason = Sommige mensen staan er alleen in. Toch gepubliceerd, omdat: { $why }
desk-words-from = Allen komen uit de loting { $draw }.
desk-words-threshold-text = { $n_s } van deze sleutels moeten ondertekenen.
desk-words-recovery-text = Herinschrijving zonder de oude sleutels. Pas na 30 dagen van kracht, in het openbaar.
desk-words-bytes = Precies de tekst die ondertekend wordt

desk-method-equal = Iedereen dezelfde kans
desk-method-equal-text = Iedereen heeft dezelfde kans.
desk-method-households = Eén per huishouden
desk-method-households-text = Iedereen heeft dezelfde kans, maar uit een huishouden wordt hoogstens één persoon geloot.
desk-method-stratified = Per groep
desk-method-stratified-text = Elke groep krijgt plaatsen in verhouding tot haar grootte. Groepen volgens: { $columns }.
desk-method-stratified-choice = Elke groep krijgt plaatsen in verhouding tot haar grootte. Welke kolommen de groepen vormen, kiest u in de volgende stap.
desk-method-panels = Met quota
desk-method-panels-text = Eén van vele voorbereide panels wordt geloot. Elk voldoet aan alle quota; ieders kans wordt geteld en getoond.
desk-method-panels-list = Eén van { $n_s } panels wordt geloot. Elk voldoet aan alle quota. Kansen van { $low } tot { $high }.
desk-replacement-rank = De volgende reserve volgt
desk-replacement-rank-text = De volgende reserve volgt, in de volgorde van de loting. Reserves kennen hun plaats.
desk-replacement-beacon = Een nieuwe ronde van het baken beslist
desk-replacement-beacon-text = Een nieuwe ronde van het baken beslist wie volgt. Niemand weet het vooraf.
desk-replacement-none = De zetel blijft leeg
desk-replacement-none-text = De zetel blijft leeg.
desk-leave-declined = heeft geweigerd
desk-leave-not_eligible = mag de zetel niet hebben
desk-leave-ended = is vertrokken, of de termijn is om
desk-reason-cancelled = Ze is niet meer gewenst
desk-reason-pool_error = De lijst was fout
desk-reason-terms_error = De voorwaarden waren fout
desk-reason-beacon_lost = Het baken gaf de ronde nooit
desk-reason-court = Een rechter heeft zo beslist
desk-reason-complaint = Een klacht is gegrond verklaard

desk-wizard-lead = Vijf stappen: regels, personen, quota, tijdstip, voorwaarden. Na elke stap kunt u stoppen en later verdergaan, ook op een andere computer.
desk-wizard-steps = Stappen
desk-wizard-next = Verder
desk-wizard-stored = Bewaard.
desk-wizard-announced = Titel, naam en tijdstip staan vast. Lijst en regels kunnen worden gewijzigd tot ze verzegeld zijn.
desk-wizard-sealed = Alles staat vast. U ziet hoe het is voorbereid.
desk-wizard-read-only = Deze stap is voor de rol ‘Voorbereiding’.
desk-wizard-waits = { $n_s } van { $needed_s } handtekeningen zijn er.
desk-wizard-sign = Lezen en ondertekenen
desk-step-rules = Regels
desk-step-people = Personen
desk-step-quotas = Quota
desk-step-time = Tijdstip
desk-step-terms = Voorwaarden
desk-rules-title = Titel
desk-rules-more-titles = Titels in andere talen
desk-rules-name = Naam in het logboek
desk-rules-name-hint = Nooit eerder gebruikt, en nooit meer. Kleine letters, cijfers en koppeltekens.
desk-rules-purpose-hint = In één woord, zoals brieven of raad. Herhaalde pogingen voor hetzelfde doel worden geteld en getoond.
desk-rules-seats = Hoeveel geloot worden
desk-rules-reserves-hint = Hoeveel meer er geloot worden die kunnen volgen.
desk-rules-from = Personen uit een eerdere loting
desk-rules-from-none = Nee, een eigen lijst
desk-rules-from-hint = Bijvoorbeeld een raad uit wie uitgenodigd was en geantwoord heeft. Iedereen kan dan controleren dat niemand is binnengesmokkeld.
desk-rules-fixed = Deze loting is aangekondigd: titel, naam en doel kunnen niet meer veranderen.

desk-pool-lead = De lijst van personen die geloot kunnen worden. Ze wordt bij aankomst versleuteld en niet gepubliceerd; niemand anders ziet ze.
desk-pool-file = Bestand
desk-pool-file-hint = CSV in UTF-8, of XLSX (het eerste blad). Eén regel per persoon; de eerste regel noemt de kolommen.
desk-pool-upload = Uploaden
desk-pool-existing = Of een lijst die hier al ligt
desk-pool-use = Deze lijst gebruiken
desk-pool-other = Een andere lijst gebruiken
desk-pool-chosen = Lijst: { $name }
desk-pool-gone = De lijst van dit ontwerp is verwijderd. Upload ze opnieuw.
desk-pool-linked = Alle personen komen uit de loting { $draw }. Laad het bestand met de antwoorden op: de kolom waaraan men de personen herkent, zoals in de eerdere lijst, en de antwoorden. Wie toen niet geloot is, wordt geweigerd.
desk-pool-linked-kept = Van dit bestand blijven alleen kolommen voor groepen en quota. Namen en adressen komen uit de eerdere lijst.
desk-pool-linked-columns = Ook deze kolommen van de eerdere lijst dienen voor groepen en quota
desk-pool-linked-other = Deze lijst legt niet vast dat haar personen uit de loting { $draw } komen. Laad ze opnieuw op, of haal de eerdere loting uit de regels.
desk-pool-sealed = De lijst is verzegeld en kan niet meer veranderen.
desk-pool-read = { $n ->
    [one] { $n_s } kolom gevonden.
   *[other] { $n_s } kolommen gevonden.
}
desk-pool-sheet = Gelezen van het blad ‘{ $name }’.
desk-pool-not-read = Niet gelezen: { $names }.
desk-pool-numbers = { $n ->
    [one] { $n_s } getal als tekst geschreven; voorloopnullen die het blad alleen toont, staan er niet
   *[other] { $n_s } getallen als tekst geschreven; voorloopnullen die het blad alleen toont, staan er niet
}
desk-pool-dates = { $n ->
    [one] { $n_s } datum geschreven als JJJJ-MM-DD
   *[other] { $n_s } datums geschreven als JJJJ-MM-DD
}
desk-pool-truths = { $n ->
    [one] { $n_s } ja/nee-waarde geschreven als TRUE of FALSE
   *[other] { $n_s } ja/nee-waarden geschreven als TRUE of FALSE
}
desk-pool-roles = Waarvoor de kolommen dienen
desk-pool-column = Kolom
desk-pool-role = Rol
desk-pool-role-of = Rol van de kolom { $column }
desk-column-private = alleen voor uw lijsten
desk-column-private-text = Namen, straten en wat uw brieven nodig hebben. Nooit gepubliceerd.
desk-column-id = onderscheidt personen
desk-column-id-text = Iets dat iedereen als alleen het zijne herkent, zoals een nummer in het register. Precies één kolom. Nooit gepubliceerd.
desk-column-public = voor groepen en quota
desk-column-public-text = Leeftijdsgroep, gemeente, geslacht. Als de methode ze nodig heeft, worden deze kolommen zonder namen gepubliceerd: houd ze grof.
desk-column-household = adres
desk-column-household-text = Kolommen die samen het adres zijn. Ze tonen wie samen woont. Nooit gepubliceerd.
desk-pool-check = De lijst controleren
desk-pool-problems = Zo kan de lijst niet gebruikt worden.
desk-pool-no-headings = De eerste regel lijkt op een persoon, niet op namen van kolommen.
desk-pool-problems-text = Verbeter het bestand waar het ligt, en upload het opnieuw.
desk-file-line = Regel { $line }:
desk-file-more = { $n ->
    [one] En nog { $n_s }.
   *[other] En nog { $n_s }.
}
desk-file-empty-file = Het bestand is leeg.
desk-file-header-only = Het bestand noemt kolommen, maar geen personen.
desk-file-utf16 = Het bestand is bewaard als UTF-16 en niet als UTF-8.
desk-file-not-utf8 = Dit is niet bewaard als UTF-8.
desk-file-nul = In de kolom ‘{ $column }’ staat een nulteken.
desk-file-unnamed-column = Kolom { $position } heeft geen naam.
desk-file-heading-like-data = Kolom { $position_s }: haar naam is een getal, een datum of een adres, of staat er verderop nog eens onder.
desk-file-double-column = De kolommen { $other } en { $position } heten allebei ‘{ $column }’.
desk-file-column-name-too-long = De naam van kolom { $position } is te lang: { $found_s } bytes; hoogstens { $most_s } mogen.
desk-file-too-many-columns = Het bestand heeft { $found_s } kolommen; hoogstens { $most_s } mogen.
desk-file-no-such-column = Het bestand heeft geen kolom ‘{ $column }’.
desk-file-two-roles = De kolom ‘{ $column }’ kreeg twee taken.
desk-file-ragged = { $found_s } cellen in plaats van { $expected_s }.
desk-file-no-id = De kolom die personen onderscheidt, is hier leeg.
desk-file-id-too-long = Wat deze persoon onderscheidt, is te lang: { $found_s } bytes; hoogstens { $most_s } mogen.
desk-file-double-id = Dezelfde persoon als op regel { $other }.
desk-file-cell-too-long = De cel in de kolom ‘{ $column }’ is te lang: { $found_s } bytes; hoogstens { $most_s } mogen.
desk-file-record-too-long = De rij die hier begint, is te lang voor één persoon.
desk-file-after-quotation = Op regel { $other } volgt tekst op een sluitend aanhalingsteken.
desk-file-public-too-long = De kolommen voor groepen en quota zijn samen te lang: hoogstens { $most_s } bytes mogen.
desk-file-too-many-people = Meer personen dan een lijst kan hebben.
desk-file-stranger = Niemand uit de eerdere loting kan zo geantwoord hebben.
desk-file-do-encoding = Bewaar het bestand als UTF-8: in Excel met ‘Opslaan als’, type ‘CSV UTF-8’; in LibreOffice met ‘Opslaan als’, ‘Tekst CSV’, tekenset ‘Unicode (UTF-8)’.
desk-file-do-export = De eerste regel noemt de kolommen, elke volgende is één persoon. Kijk of de uitvoer uit het register gelukt is.
desk-file-do-names = Geef elke kolom in de eerste regel een korte, eigen naam.
desk-file-do-headings = Is het een persoon, zet er dan een regel met de namen van de kolommen boven en upload het bestand opnieuw: anders ontbreekt deze persoon op de lijst. Zijn het namen van kolommen, ga dan verder.
desk-file-do-fewer = Laat de kolommen weg die de loting noch de brieven nodig hebben.
desk-file-do-roles = Geef elke kolom van het bestand precies één taak.
desk-file-do-cells = Een cel met het scheidingsteken of een regeleinde moet tussen aanhalingstekens staan. Het eenvoudigst: bewaar de tabel opnieuw vanuit het rekenblad.
desk-file-do-id = Verwijder rijen die leeg zijn of totalen bevatten.
desk-file-do-double = Eén rij per persoon: verwijder de dubbele, of geef verschillende personen verschillende nummers.
desk-file-do-shorter = Maak de cel korter, of laat de kolom weg.
desk-file-do-quote = Zoek een aanhalingsteken dat op deze regel begint en nergens eindigt.
desk-file-do-pools = Verdeel de lijst over meer lotingen.
desk-file-do-stranger = Alleen wie in de eerdere loting geloot werd, mag op deze lijst staan. Vergelijk het nummer.
desk-pool-good = { $n ->
    [one] De lijst is in orde: { $n_s } persoon.
   *[other] De lijst is in orde: { $n_s } personen.
}
desk-pool-trimmed = { $n ->
    [one] { $n_s } cel zonder de spaties eromheen
   *[other] { $n_s } cellen zonder de spaties eromheen
}
desk-pool-composed = { $n ->
    [one] { $n_s } cel met accenten op één manier geschreven
   *[other] { $n_s } cellen met accenten op één manier geschreven
}
desk-pool-formulas = { $n ->
    [one] { $n_s } cel lijkt op een formule; ze blijft zoals ze is
   *[other] { $n_s } cellen lijken op formules; ze blijven zoals ze zijn
}
desk-pool-commit-text = Nu wordt de lijst vastgelegd: haar korte hash komt in de voorwaarden te staan. Wie daarna één letter wijzigt, valt op.
desk-pool-commit = Deze lijst vastleggen
desk-pool-committed = De lijst is vastgelegd.
desk-pool-is-committed = { $n ->
    [one] De lijst is vastgelegd: { $n_s } persoon.
   *[other] De lijst is vastgelegd: { $n_s } personen.
}
desk-pool-root = Hash van de lijst
desk-pool-alike = Niemand staat alleen in wat gepubliceerd wordt: elke rij komt er minstens { $n_s } keer in voor.
desk-pool-alone = { $n ->
    [one] { $n_s } rij in wat gepubliceerd wordt is aan geen andere gelijk: die persoon is herkenbaar.
   *[other] { $n_s } rijen in wat gepubliceerd wordt zijn aan geen andere gelijk: die personen zijn herkenbaar.
}
desk-pool-alone-households = { $n ->
    [one] { $n_s } huishouden is aan geen ander gelijk.
   *[other] { $n_s } huishoudens zijn aan geen ander gelijk.
}
desk-pool-alone-text = Upload de lijst met grovere waarden, of zeg in de voorwaarden waarom ze toch gepubliceerd wordt.
desk-pool-alone-help = Wat zou helpen:
desk-pool-coarser-band = { $column } in groepen van { $by }
desk-pool-coarser-cut = { $column }: alleen de eerste { $by } tekens
desk-pool-coarser-merge = { $column }: waarden die minder dan { $by } personen hebben samengevoegd als ‘other’
desk-pool-coarser-then = { $n ->
    [one] { $n_s } rij zou alleen staan
   *[other] { $n_s } rijen zouden alleen staan
}
desk-pool-delete-title = Deze lijst verwijderen
desk-pool-delete-text = De lijst en wat eruit berekend is, worden hier vernietigd. Een verzegelde loting houdt haar eigen kopie tot ze gewist wordt.
desk-pool-delete = De lijst verwijderen
desk-strata-columns = Groepen volgens deze kolommen
desk-strata-none = Deze methode heeft kolommen voor groepen en quota nodig, en de lijst heeft er geen. Upload ze opnieuw en kies ze.
desk-households-none = Deze methode heeft de kolommen van het adres nodig, en de lijst heeft er geen. Upload ze opnieuw en kies ze.

desk-quotas-not-needed = Deze methode heeft geen quota nodig.
desk-quotas-uncommitted = Leg eerst de lijst van personen vast.
desk-quotas-lead = { $n ->
    [one] Hoeveel van elke waarde in een panel van { $n_s } persoon zitten, minstens en hoogstens. De voorgestelde cijfers volgen de lijst.
   *[other] Hoeveel van elke waarde in een panel van { $n_s } personen zitten, minstens en hoogstens. De voorgestelde cijfers volgen de lijst.
}
desk-quotas-use = Quota voor { $column }
desk-quotas-caption = { $column }: minstens en hoogstens
desk-quotas-value = Waarde
desk-quotas-pool = Op de lijst
desk-quotas-min = Minstens
desk-quotas-max = Hoogstens
desk-quotas-too-many = Deze kolom heeft te veel waarden voor quota; alleen de meest voorkomende worden getoond.
desk-quotas-check = Kan het?
desk-quotas-build = Eerlijke panels bouwen
desk-quotas-applied = Overgenomen in de tabel. Controleer opnieuw.
desk-quotas-choose = Deze panels gebruiken
desk-quotas-chosen = Panels zijn gekozen
desk-job-feasibility = Zijn de quota haalbaar?
desk-job-panels = Eerlijke panels
desk-job-runs = Er wordt gerekend. U kunt deze pagina verlaten; het gaat door.
desk-job-cancel = Afbreken
desk-job-cancelled = Afgebroken.
desk-job-failed = Dit is niet tot een einde gekomen.
desk-job-doing-waiting = Wacht tot een andere opdracht klaar is.
desk-job-doing-reading = Leest personen en quota.
desk-job-doing-chances = Zoekt de eerlijkste kansen.
desk-job-doing-panels = Zoekt panels die ze waarmaken.
desk-job-doing-improving = Ruilt panels voor betere.
desk-job-doing-choices = Zoekt personen die geen keuze hebben.
desk-job-doing-relaxing = Zoekt de kleinste wijziging van de quota die helpt.
desk-job-doing-steps = Stap { $done_s } van { $total_s }.
desk-job-helps = Deze wijziging helpt:
desk-job-wrong-no-panel = Geen panel kan tegelijk aan alle quota voldoen.
desk-job-wrong-conflict = Dit staat in de weg: { $feature }, { $value }: { $min_s } tot { $max_s }.
desk-job-wrong-conflict-households = Ook in de weg staat dat er hoogstens één persoon per huishouden in het panel zit.
desk-job-wrong-not-found = Binnen de toegestane tijd werd geen panel gevonden, al kan er een bestaan. Verruim quota met een of twee personen.
desk-job-wrong-gave-up = De berekening kwam er met deze quota niet uit. Verruim een quotum met een of twee personen.
desk-job-wrong-beyond-flex = Zelfs de ruimste grenzen laten geen panel toe. Verruim meerdere quota, of wijzig het aantal zetels.
desk-job-wrong-no-change-found = Binnen de toegestane tijd werd geen wijziging gevonden die helpt. Verruim meerdere quota en controleer opnieuw.
desk-job-wrong-too-long = De opdracht duurde langer dan mag. Verruim quota en begin opnieuw.
desk-job-wrong-broke-off = De berekening brak af. Begin opnieuw; gebeurt het weer, meld het dan aan de beheerder.
desk-job-wrong-stopped = De dienst is intussen gestopt. Begin opnieuw.
desk-job-wrong-cannot-start = De berekening kan niet beginnen. Meld het aan de beheerder.
desk-job-wrong-refused = De dienst kon de lijst van personen niet lezen. Kijk of ze er nog is, en begin opnieuw.
desk-job-wrong-too-many-people = Panels worden gebouwd uit hoogstens { $most_s } personen. Neem een andere methode, bijvoorbeeld per groep.
desk-job-wrong-unreadable = De quota kunnen niet gelezen worden.
desk-job-wrong-not-utf8 = De quota zijn niet als UTF-8 opgeslagen.
desk-job-wrong-no-quotas = De quota hebben geen kopregel, of er staat niets onder.
desk-job-wrong-missing-column = De kolom ‘{ $feature }’ ontbreekt.
desk-job-wrong-no-id-column = Geen kolom onderscheidt de personen.
desk-job-wrong-double-column = Twee kolommen heten ‘{ $feature }’.
desk-job-wrong-ragged = { $found_s } cellen in plaats van { $most_s }.
desk-job-wrong-empty-cell = De cel onder ‘{ $feature }’ is leeg.
desk-job-wrong-not-a-number = Onder ‘{ $feature }’ staat geen geheel aantal personen.
desk-job-wrong-min-over-max = { $feature }, { $value }: minstens { $min_s } is meer dan hoogstens { $max_s }.
desk-job-wrong-flex-inside = { $feature }, { $value }: min_flex tot max_flex bevat het quotum niet.
desk-job-wrong-double-quota = { $feature }, { $value } heeft al een quotum.
desk-job-wrong-unknown-value = In de kolom ‘{ $feature }’ staan waarden waarvoor er geen quotum is. Geef elke waarde van die kolom er een, of gebruik haar quota niet.
desk-job-wrong-missing-value = Bij sommige personen is de kolom ‘{ $feature }’ leeg. Gebruik haar quota niet, of laad de aangevulde lijst op.
desk-job-wrong-missing-id = Bij een persoon is leeg wat haar onderscheidt.
desk-job-wrong-double-id = Een persoon komt twee keer voor.
desk-job-wrong-zero-seats = Een panel heeft minstens één zetel nodig.
desk-job-wrong-more-seats-than-people = { $seats_s } zetels, maar slechts { $found_s } op de lijst.
desk-job-wrong-maxima-too-low = { $feature }: hoogstens samen { $found_s }; dat is te weinig voor { $seats_s } zetels. Verhoog ‘hoogstens’.
desk-job-wrong-minima-too-high = { $feature }: minstens samen { $found_s }; dat is te veel voor { $seats_s } zetels. Verlaag ‘minstens’.
desk-job-wrong-too-few-people = { $feature }, { $value }: minstens { $min_s } gevraagd, op de lijst staan er { $found_s }.
desk-job-wrong-too-many = Te veel ineens: { $found_s }; hoogstens { $most_s } zijn toegestaan. Gebruik minder quota.
desk-job-possible = Ja, een panel kan aan alle quota voldoen.
desk-job-impossible = Geen panel kan tegelijk aan alle quota voldoen.
desk-job-smallest = { $n ->
    [one] De kleinste wijziging die helpt, is met { $n_s } persoon:
   *[other] De kleinste wijziging die helpt, is met samen { $n_s } personen:
}
desk-job-smaller = { $n ->
    [one] Deze wijziging met { $n_s } persoon helpt; misschien is er een kleinere:
   *[other] Deze wijziging met samen { $n_s } personen helpt; misschien is er een kleinere:
}
desk-job-apply = Overnemen in de tabel
desk-job-built = { $n ->
    [one] { $n_s } panel is gebouwd; het voldoet aan alle quota.
   *[other] { $n_s } panels zijn gebouwd; elk voldoet aan alle quota.
}
desk-fair-smallest = Kleinste kans
desk-fair-largest = Grootste kans
desk-fair-mean = Gemiddelde kans
desk-fair-bound = Geen lijst kan iedereen meer geven dan
desk-fair-nobody = Personen zonder kans
desk-fair-text = Quota maken kansen ongelijk. Ligt de kleinste ver onder het gemiddelde, verruim dan het quotum dat het moeilijkst te halen is. Iedereen kan deze cijfers later controleren.

desk-time-lead = Wanneer wordt er geloot? De eerste waarde van het baken op dit tijdstip of daarna beslist.
desk-time-zone = In de tijd van deze computer: { $zone }.
desk-time-store = Bewaren
desk-time-beacon = Het baken geeft openbare toevalswaarden die niemand vooraf kan kennen. Laat tot dan genoeg tijd: twee mensen ondertekenen de aankondiging en de voorwaarden.
desk-time-announce-text = De aankondiging zegt aan iedereen dat er geloot wordt op { $at }.
desk-time-announce = De aankondiging schrijven
desk-time-announced = De loting is aangekondigd. Haar tijdstip kan alleen worden uitgesteld, en iedereen ziet dat.
desk-terms-lead = Alles nog eens. Wat hier verzegeld wordt, beslist.
desk-terms-missing = Vóór de voorwaarden:
desk-terms-missing-announcement = De loting moet aangekondigd worden.
desk-terms-missing-pool = De lijst van personen ontbreekt.
desk-terms-missing-strata = Kies de kolommen die de groepen vormen.
desk-terms-missing-panels = Bouw panels en kies ze.
desk-terms-write-text = De voorwaarden worden geschreven met lijst, regels en ronde. U leest ze in woorden voordat iemand ondertekent.
desk-terms-write = De voorwaarden schrijven
desk-terms-reason-title = Sommigen staan alleen in de gepubliceerde kolommen
desk-terms-reason-text = Worden de voorwaarden geweigerd omdat iemand in de gepubliceerde kolommen herkenbaar zou zijn: upload de lijst met grovere waarden, zoals leeftijdsgroepen. Kan dat niet, zeg dan waarom ze toch gepubliceerd worden. Twee leden ondertekenen het, en iedereen leest het.
desk-terms-reason = Waarom toch publiceren
desk-draft-delete-title = Dit ontwerp verwijderen
desk-draft-delete-text = Er staat nog niets van in het logboek.
desk-draft-delete = Het ontwerp verwijderen

desk-results-lead = { $n ->
    [one] { $n_s } persoon heeft een zetel.
   *[other] { $n_s } personen hebben een zetel.
}
desk-results-seated = Bezette zetels
desk-results-left = Vertrokken
desk-results-panel = Geloot panel
desk-results-hash = Hash van de uitslag
desk-results-files = Bestanden met namen
desk-results-files-text = Met alle kolommen van uw lijst. Ze worden voor het downloaden gemaakt en niet bewaard.
desk-results-drawn = Wie een zetel heeft (CSV)
desk-results-reserves = Reserves (CSV)
desk-results-remaining = Alle anderen (CSV)
desk-audit-title = Voor de controle
desk-audit-text = De hele lijst zoals ze is vastgelegd, met haar sleutel, zo versleuteld dat alleen de controleur ze kan openen. Die maakt met age-keygen een sleutel en geeft u de regel die met age1 begint.
desk-audit-recipient = Sleutel van de controleur
desk-audit-hint = Hij begint met age1. Het bestand opent u met: klero audit open
desk-audit-go = Versleuteld downloaden
desk-letters-title = Brieven
desk-letters-text = Een bestand voor uw standaardbrief: uw kolommen, en voor ieder een ontvangstcode, een link en een QR-code. Daarmee kan ieder controleren dat hij op de lijst stond, en wat eruit kwam. Eerst worden de ontvangstbewijzen versleuteld gelegd waar de code ze vindt.
desk-letters-drawn = Brieven aan wie geloot is voorbereiden
desk-letters-reserves = Brieven aan reserves voorbereiden
desk-letters-made = { $n ->
    [one] { $n_s } brief is voorbereid.
   *[other] { $n_s } brieven zijn voorbereid.
}
desk-letters-csv = Bestand voor de standaardbrief (CSV)
desk-letters-zip = Hetzelfde, met een plaatje van elke QR-code (ZIP)

desk-answers-closed = Er worden nog geen antwoorden aangenomen. Tot wanneer mag men antwoorden?
desk-answers-deadline = Antwoorden tellen tot
desk-answers-open = Antwoorden aannemen
desk-answers-move = Het einde verplaatsen
desk-answers-is-open = Open
desk-answers-is-closed = Gesloten
desk-answers-until = Tot
desk-answers-progress = Antwoorden tot nu toe
desk-answers-lead = { $yes_s } ja, { $no_s } nee, van { $n_s } gevraagden.
desk-answers-enter = Antwoorden invoeren
desk-answers-codes = Codes van de brieven
desk-answers-codes-hint = Eén per regel: de 26 tekens. Een tikfout valt op.
desk-answers-answer = Hun antwoord
desk-answers-yes = Ja, komt
desk-answers-no = Nee, weigert
desk-answers-go = Invoeren
desk-answers-imported = { $n ->
    [one] { $n_s } antwoord ingevoerd.
   *[other] { $n_s } antwoorden ingevoerd.
}
desk-answers-silent = Te herinneren
desk-answers-silent-text = { $n ->
    [one] { $n_s } persoon heeft niet geantwoord.
   *[other] { $n_s } personen hebben niet geantwoord.
}
desk-answers-reminders = Lijst voor herinneringen, met alle kolommen (CSV)
desk-answers-refusals = { $n ->
    [one] { $n_s } weigering: de zetel opvullen
   *[other] { $n_s } weigeringen: de zetels opvullen
}
desk-answers-all = { $n ->
    [one] { $n_s } antwoord, volgens nummer op de lijst
   *[other] { $n_s } antwoorden, volgens nummer op de lijst
}

desk-seats-lead = Wie weigert of vertrekt, staat een zetel af, in het openbaar en zonder naam. Wie volgt, beslist de regel in de voorwaarden, en niemand hier.
desk-seats-refused = Wie geweigerd heeft
desk-seats-none-refused = Niemand met een zetel heeft geweigerd.
desk-seats-other = Een andere zetel
desk-seats-other-text = Voor iemand die later vertrekt. Het nummer op de lijst staat in het ontvangstbewijs en in het proces-verbaal.
desk-seats-place = Nummer op de lijst
desk-seats-why = Waarom
desk-seats-beacon = Tijdstip, als een nieuwe ronde van het baken beslist
desk-seats-beacon-text = Alleen als de voorwaarden het zeggen. De eerste waarde op dit tijdstip of daarna beslist wie volgt.
desk-seats-beacon-use = Een nieuwe ronde van het baken beslist
desk-seats-beacon-at = Tijdstip van de vervanging
desk-seats-go = Schrijven, om te ondertekenen
desk-rotation-lead = Een deel van een raad wisselt, bijvoorbeeld een derde: door twee gewone lotingen uit wie een zetel heeft. Iedereen kan controleren dat niemand is binnengesmokkeld. Hier ontstaat de lijst; daarna bereidt u de loting voor zoals elke andere.
desk-rotation-what = Wat wordt geloot?
desk-rotation-leave = Wie uittreedt
desk-rotation-leave-text = Uit wie nu een zetel van deze loting heeft. Wie al door een eerdere rotatie uittrad, blijft hieronder weg.
desk-rotation-enter = Wie intreedt
desk-rotation-enter-text = Uit wie een zetel van deze loting heeft, bijvoorbeeld van een vergadering. Wie al in de raad zit of zat, blijft hieronder weg.
desk-rotation-seats = Hoeveel
desk-rotation-seats-hint = { $n ->
    [one] { $n_s } persoon heeft een zetel.
   *[other] { $n_s } personen hebben een zetel.
}
desk-rotation-gone = Wie bij deze lotingen een zetel heeft of had, blijft weg
desk-rotation-gone-hint = Alleen lotingen waarvan de lijsten met deze verbonden zijn, komen in aanmerking.
desk-rotation-title = Titel van de nieuwe loting
desk-rotation-go = Lijst maken en loting voorbereiten
desk-rotation-made = De lijst is gemaakt. Kijk de regels na.

desk-complaints-closed = Er worden nog geen klachten aangenomen. Tot wanneer mag men klagen?
desk-complaints-until = Klachten worden aangenomen tot
desk-complaints-open = Klachten aannemen
desk-complaints-move = Het einde verplaatsen
desk-complaints-is-open = Open
desk-complaints-is-closed = Gesloten
desk-complaints-lead = { $n ->
    [0] Geen klacht wacht op een antwoord.
    [one] { $n_s } klacht wacht op een antwoord.
   *[other] { $n_s } klachten wachten op een antwoord.
}
desk-complaints-text = Wat de klacht zegt
desk-complaints-text-hint = Het blijft bij u. Het wordt niet gepubliceerd.
desk-complaints-enter = De klacht invoeren
desk-complaints-answer = Antwoord
desk-complaints-answer-go = Het antwoord bewaren
desk-complaints-ruling = Is ze gegrond?
desk-complaints-annul = Als de uitslag weg moet: nietig verklaren
desk-ruling-rejected = Afgewezen
desk-ruling-upheld = Gegrond

desk-change-lead = Wat in het logboek staat, blijft er. Een wijziging komt erbij, twee leden ondertekenen haar, en iedereen ziet haar.
desk-change-nothing = Niets hiervan is nu mogelijk.
desk-change-postponement = Uitstellen
desk-change-postponement-text = De loting vindt later plaats. Hoe vaak ze is uitgesteld, wordt geteld en getoond.
desk-change-void = Opgeven
desk-change-void-text = De loting gaat niet door. Een nieuwe poging voor hetzelfde doel telt als de volgende. Is de ronde van het baken er, dan wordt een loting die nog kan doorgaan gewoon geloot; de uitslag kan daarna nietig worden verklaard.
desk-change-annulment = Nietig verklaren
desk-change-annulment-text = Na een klacht die gegrond is, of als een rechter het zegt.
desk-change-erasure = Wissen
desk-change-erasure-text = Als alles voorbij is: sleutel van de lijst, rijen en tabel worden vernietigd. Download eerst wat u moet bewaren.
desk-change-at = Nieuw tijdstip
desk-change-why = Waarom
desk-change-write = Schrijven, om te ondertekenen
