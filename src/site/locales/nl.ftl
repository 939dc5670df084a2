# Openbare pagina's, Nederlands. Korte zinnen, die niet meer zeggen dan wat gecontroleerd is.
# $x is een getal of een tekst; $x_s is hetzelfde getal, leesbaar gegroepeerd.

month-1 = januari
month-2 = februari
month-3 = maart
month-4 = april
month-5 = mei
month-6 = juni
month-7 = juli
month-8 = augustus
month-9 = september
month-10 = oktober
month-11 = november
month-12 = december
moment = { $day }, { $clock } UTC

# Kader
skip = Naar de inhoud
nav-label = Hoofdmenu
nav-menu = Menu
nav-draws = Lotingen
nav-log = Logboek
nav-how = Hoe het werkt
nav-proof = Wat het bewijst
nav-verify = Controleren
lang-label = Taal
search-label = Zoek op loting, hash of stap
search-go = Zoeken
footer-line = Geloot op een manier die iedereen kan controleren. Het logboek van deze site: { $origin }.
footer-feed = Feed
footer-desk = Voor organisatoren
footer-privacy = Deze site plaatst geen cookies, vraagt niemand anders iets en telt haar bezoekers niet.

rehearsal-title = Repetitie: bewijst niets.
rehearsal-text = Eén persoon heeft de sleutel van het baken dat hier is gebruikt en kan elke uitslag vooraf kennen. Deze loting toont hoe het gaat; ze beslist niets.

# Toestanden
state-announced = Aangekondigd
state-sealed = Verzegeld
state-overdue = Te laat
state-drawn = Geloot
state-vacated = Zetels worden ingevuld
state-voided = Opgegeven vóór de loting
state-cancelled = Geannuleerd vóór de loting
state-abandoned = Afgebroken
state-annulled = Nietig verklaard

# Startpagina
home-title = Lotingen
home-lead = Wie hier wordt geloot, wordt zo geloot dat iedereen het kan controleren: niemand, ook de organisator niet, kan de uitslag vooraf kennen of sturen.
home-coming = Komende lotingen
home-past = Voorbije lotingen
home-none = Er is nog geen loting aangekondigd.
home-when = { $when }
home-people = { $n ->
    [one] { $n_s } persoon in de pool
   *[other] { $n_s } personen in de pool
}
home-seats = { $n_s } door loting
home-organisers = Organisatoren
home-log = Het logboek
home-log-ok = { $n ->
    [one] Het logboek telt { $n_s } stap. Het neemt nieuwe stappen aan en zijn nieuwste stand is ondertekend.
   *[other] Het logboek telt { $n_s } stappen. Het neemt nieuwe stappen aan en zijn nieuwste stand is ondertekend.
}
home-log-stopped = Het logboek neemt nu geen nieuwe stappen aan. Alles wat erin staat, kan gelezen en gecontroleerd worden. De beheerder weet wat te doen.
home-letter = Hebt u een brief gekregen?
home-letter-text = Typ de code of open de link, en zie of u in de pool zat, met welke gegevens, en of u bent geloot. Alleen uw browser kijkt; er wordt niets over u verstuurd.
home-letter-go = Mijn brief controleren

# Oordelen van een lotingspagina
verdict-drawn = Geloot. Alle controles geslaagd.
verdict-drawn-sub = { $drawn ->
    [one] { $drawn_s } van { $people_s } personen is geloot.
   *[other] { $drawn_s } van { $people_s } personen zijn geloot.
}
verdict-incomplete = Geloot. Niets is weerlegd, maar niet alles kon worden gecontroleerd.
verdict-refuted = Vertrouw niet op deze uitslag: een controle is mislukt.
verdict-refuted-sub = Mislukt: { $checks }.
verdict-unchecked = Geloot. Deze server heeft de uitslag niet gecontroleerd; controleer hem zelf.
verdict-sealed = Verzegeld. Niemand kan pool en regels nog wijzigen, en niemand kent de uitslag al.
verdict-sealed-sub = { $seats ->
    [one] { $seats_s } van { $people_s } personen wordt geloot.
   *[other] { $seats_s } van { $people_s } personen worden geloot.
}
verdict-overdue = Te laat: de uitslag had er moeten zijn, en is er niet.
verdict-announced = Aangekondigd. Pool en regels zijn nog niet verzegeld.
verdict-cancelled = Geannuleerd voordat iemand de uitslag kon kennen.
verdict-abandoned = Afgebroken nadat de uitslag bekend kon zijn. Wat het lot gaf, blijft zichtbaar.
verdict-annulled = Nietig verklaard na de loting. Wat geloot was, blijft zichtbaar.
verdict-vacated = Geloot. Er kwamen zetels vrij, die worden ingevuld.
verdict-by = Gecontroleerd door deze server, met hetzelfde programma dat u zelf kunt uitvoeren. Geloof hem niet op zijn woord: controleer zelf.
verdict-unwitnessed = Geen getuigen: dat iedereen hetzelfde logboek ziet en dat er op tijd is verzegeld, zegt alleen de beheerder.
verdict-witnessed = { $n ->
    [one] { $n_s } onafhankelijke getuige zag het zegel voordat de waarde van het baken bestond.
   *[other] { $n_s } onafhankelijke getuigen zagen het zegel voordat de waarde van het baken bestond.
}
verdict-limits = Niet te bewijzen: dat het register volledig was, dat niemand er dubbel in staat, dat iemand echt heeft geweigerd, wie is komen opdagen.

# Gegevens
fact-organiser = Organisator
fact-date = Datum
fact-announced-for = Aangekondigd voor
fact-pool = Pool
fact-pool-value = { $n ->
    [one] { $n_s } persoon
   *[other] { $n_s } personen
}
fact-seats = Door loting
fact-seats-value = { $reserves ->
    [0] { $seats_s }, geen reserves
    [one] { $seats_s }, en { $reserves_s } reserve
   *[other] { $seats_s }, en { $reserves_s } reserves
}
fact-chance = Kans
fact-attempt = Poging
fact-attempt-value = { $postponed ->
    [0] nummer { $attempt_s }, nooit uitgesteld
    [one] nummer { $attempt_s }, één keer uitgesteld
   *[other] nummer { $attempt_s }, { $postponed_s } keer uitgesteld
}
fact-not-drawn = Niet door loting
fact-not-drawn-value = { $n_s }: { $why }
fact-table-reason = Tabel gepubliceerd hoewel er mensen alleen in staan
fact-method = Methode
method-equal = iedereen met dezelfde kans
method-households = iedereen met dezelfde kans, hoogstens één persoon per huishouden
method-stratified = per groep ({ $columns }), in elke groep iedereen met dezelfde kans
method-panels = één van { $n_s } vooraf gepubliceerde panels, die alle aan de quota voldoen

chance-equal = voor iedereen gelijk: 1 op { $per } ({ $percent })
chance-households = ongeveer 1 op { $per } ({ $percent }); minder voor wie samenwoont met anderen uit de pool
chance-stratified = binnen elke groep gelijk; van 1 op { $least } tot 1 op { $most } naargelang de groep
chance-panels-same = voor iedereen gelijk: in { $min_s } van { $panels_s } panels ({ $percent })
chance-panels = van iedereen openbaar: in { $min_s } tot { $max_s } van { $panels_s } panels ({ $low } tot { $high })

# Handelingen
act-verify = Controleren in uw browser
act-bundle = Bewijs downloaden
act-letter = Mijn brief controleren
act-press = Voor journalisten
act-live = Live volgen
act-minutes = Proces-verbaal
act-follow = Volgen
act-copy = Kopiëren
act-copied = Gekopieerd

# Tijdlijn
timeline = Wat er gebeurde
timeline-announced = { $organiser } kondigde de loting aan voor { $when }.
timeline-postponed = { $organiser } stelde de loting uit tot { $when }.
timeline-sealed = { $signers ->
    [one] Pool en regels werden verzegeld met { $signers_s } handtekening. Vanaf hier kan niemand ze nog wijzigen.
   *[other] Pool en regels werden verzegeld met { $signers_s } handtekeningen van verschillende mensen. Vanaf hier kan niemand ze nog wijzigen.
}
timeline-witnessed = { $n ->
    [one] { $n_s } getuige ondertekende het zegel mee.
   *[other] { $n_s } getuigen ondertekenden het zegel mee.
}
timeline-unwitnessed = Geen getuige ondertekende het zegel mee: het tijdstip is het woord van de beheerder.
timeline-beacon = Een openbaar baken dat niemand beheerst, publiceerde ronde { $round_s }. Vóór dit moment kon niemand de uitslag kennen.
timeline-beacon-coming = Een openbaar baken dat niemand beheerst, zal ronde { $round_s } publiceren. Vóór dat moment kan niemand de uitslag kennen.
timeline-beacon-rehearsal = Ronde { $round_s } van een repetitiebaken waarvan één persoon de sleutel heeft. Ze bewijst niets.
timeline-drawn = De waarde van het baken besliste wie geloot is. De uitslag werd ondertekend en in het logboek geschreven.
timeline-corrected = Er werd een verbeterde uitslag ingeschreven; de vroegere blijft zichtbaar.
timeline-vacated = { $n ->
    [one] { $n_s } zetel kwam vrij: nummer { $who }.
   *[other] { $n_s } zetels kwamen vrij: nummers { $who }.
}
timeline-replaced = { $n ->
    [0] Er was niemand meer om op te volgen; de zetels blijven leeg.
    [one] Volgens de verzegelde regel volgde { $n_s } persoon op: nummer { $who }.
   *[other] Volgens de verzegelde regel volgden { $n_s } personen op: nummers { $who }.
}
timeline-voided = De loting werd opgegeven: { $reason }.
timeline-annulled = De uitslag werd nietig verklaard: { $reason }.
timeline-erased = Sleutel, rijen en tabel van de pool zijn vernietigd, zoals de wet het vraagt. Zegel, baken en loten blijven controleerbaar.
timeline-other = { $kind }.
step-opened = Logboek geopend
step-key = Sleutel van het logboek gewijzigd
step-closed = Logboek gesloten
step-organiser = Organisator ingeschreven
step-announced = Aangekondigd
step-sealed = Verzegeld
step-drawn = Geloot
step-vacated = Zetels vrijgekomen
step-replaced = Zetels ingevuld
step-voided = Opgegeven
step-annulled = Nietig verklaard
step-erased = Gegevens vernietigd
timeline-evidence = Stap { $seq_s } van het logboek
timeline-round = De handtekening van de ronde staat in stap { $seq_s } van het logboek
reason-cancelled = geannuleerd
reason-pool_error = een fout in de pool
reason-terms_error = een fout in de regels
reason-beacon_lost = het baken publiceerde zijn ronde niet
reason-court = een rechterlijke beslissing
reason-no_quorum = te weinig getuigen zagen het zegel op tijd
reason-complaint = een gegronde klacht
leave-declined = geweigerd
leave-not_eligible = komt niet in aanmerking
leave-ended = mandaat beëindigd

# Personen
people-drawn = Geloot
people-panel = Panel nummer { $n_s } werd geloot.
people-reserves = Reserves, in volgorde
people-seated = Nu lid
people-show = { $n ->
    [one] { $n_s } nummer tonen
   *[other] Alle { $n_s } nummers tonen
}
people-note = De nummers staan voor personen in de verzegelde pool. Ieder vindt het eigen nummer met zijn brief; niemand anders kan zeggen wie het is.

# Grafieken
charts = Is het een dwarsdoorsnede?
charts-note = Hoe de pool en de gelote mensen verdeeld zijn. Streepjes tonen wat de regels eisten.
chart-value = Waarde
chart-earlier = Vroegere pool
chart-pool = Pool
chart-drawn = Geloot
chart-quota = Geëist
chart-quota-value = { $min_s } tot { $max_s }
chart-share = { $n_s } ({ $percent })
chart-table = Hetzelfde als tabel
chart-more = { $n ->
    [one] nog { $n_s } waarde in de tabel
   *[other] nog { $n_s } waarden in de tabel
}
charts-erased = De gegevens achter deze grafieken zijn vernietigd, zoals de wet het vraagt.

# Vragen
questions = Tien vragen
q-who = Wie heeft geloot?
a-who = { $organiser } bepaalde de regels. Niemand trok met de hand: de waarde van een openbaar baken besliste.
q-beacon = Wie beheert het baken?
a-beacon = drand, een netwerk van onafhankelijke organisaties. Geen enkele kan de waarden alleen kennen of kiezen. Deze loting gebruikte ronde { $round_s }.
a-beacon-rehearsal = Een repetitiebaken waarvan één persoon de sleutel heeft. Deze loting beslist niets.
q-when = Wanneer kon iemand de uitslag kennen?
a-when = Niet vóór { $when }, toen het baken zijn waarde publiceerde. Pool en regels werden verzegeld op { $sealed }.
a-when-coming = Niet vóór { $when }.
a-when-open = Niet vóór het aangekondigde tijdstip, { $when }.
q-steer = Kon de organisator het sturen?
a-steer = Nee. Na het zegel zou elke gewijzigde naam, regel of volgorde een andere hash geven, en elke controle zou mislukken. De waarde bestond bij het verzegelen nog niet.
a-steer-unwitnessed = Niet na het zegel: elke gewijzigde naam of regel zou een andere hash geven. Dat het zegel vóór de waarde van het baken kwam, toont alleen de klok van de beheerder, want geen onafhankelijke getuige zag het.
a-steer-rehearsal = Ja: wie de sleutel van het repetitiebaken heeft, kon elke uitslag vooraf kennen en kiezen.
q-repeat = Werd er herhaald?
a-repeat-no = Nee. Dit is in dit logboek de eerste poging voor dit doel.
a-repeat-yes = Dit is poging nummer { $attempt_s } voor dit doel. De vroegere pogingen blijven zichtbaar op de pagina van de organisator.
a-repeat-postponed = { $n ->
    [one] Ze werd één keer uitgesteld.
   *[other] Ze werd { $n_s } keer uitgesteld.
}
q-pool = Uit wie werd geloot?
a-pool = { $people ->
    [one] Uit { $people_s } persoon, van wie de lijst vastligt door de hash { $root }.
   *[other] Uit { $people_s } personen, van wie de lijst vastligt door de hash { $root }.
}
a-pool-from = { $people ->
    [one] Uit { $people_s } persoon die in een vroegere loting werd geloot ({ $from }); niemand anders kon ertussen komen.
   *[other] Uit { $people_s } personen die in een vroegere loting werden geloot ({ $from }); niemand anders kon ertussen komen.
}
q-chance = Wat was ieders kans?
a-chance = { $chance }.
q-replace = Wat als iemand weigert?
a-replace-none = Niemand volgt op. De plaats blijft leeg.
a-replace-rank = De volgende in de volgorde die dezelfde loting gaf, volgt op. Die volgorde lag door de loting vast.
a-replace-beacon = Een nieuwe waarde van het baken, die nog niet bestaat wanneer de zetel vrijkomt, beslist wie opvolgt.
q-me = Zat ik in de pool?
a-me = Met de code of link van uw brief ziet u uw eigen gegevens en uw lot, en dat alleen in uw browser.
q-trust = Wie moet ik vertrouwen?
a-trust = Niet deze server: het bewijs kan zonder netwerk worden gecontroleerd. Dat het register volledig en juist was, kan niemand van buitenaf bewijzen.
a-open = Dat ligt vast zodra pool en regels verzegeld zijn.

# Controles
checks = Elke controle
checks-note = Met de namen uit de specificatie. “Niet van toepassing” betekent dat deze loting zoiets niet heeft.
check-passed = geslaagd
check-failed = mislukt
check-skipped = niet mogelijk
check-na = niet van toepassing
check-asked = Wat gecontroleerd wordt: { $what }
check-format = Het bewijs is volledig en goed gevormd
check-log-signature = Het logboek heeft ondertekend
check-log-inclusion = Elke stap staat in het logboek
check-log-chain = De stappen volgen de regels, in volgorde
check-log-consistency = Vroegere standen van het logboek werden alleen aangevuld
check-log-witnesses = Onafhankelijke getuigen ondertekenden het logboek mee
check-organiser-keys = De sleutels van de organisator zijn in orde
check-terms-signatures = Genoeg leden hebben de regels ondertekend
check-terms-attempts = Pogingen en uitstellen zijn allemaal geteld
check-time-round = De ronde volgt uit het aangekondigde tijdstip
check-time-sealed = Er is verzegeld voordat de waarde van het baken bestond
check-time-tokens = Tijdstempels van derden
check-beacon-signature = De waarde van het baken is echt
check-pool-table = De gepubliceerde tabel is de verzegelde pool
check-pool-from = Iedereen komt uit de vroegere loting
check-panels-quotas = Elk panel voldoet aan elk quotum
check-panels-counts = Iedereen zit in zoveel panels als beloofd
check-panels-certificate = Hoe eerlijk de lijst van panels is
check-draw-outcome = De uitslag is wat de waarde van het baken geeft
check-replacements-rule = Wie opvolgde, is wie de regel aanwijst
check-voids = Niets werd heimelijk opgegeven
checks-count = { $failed ->
    [0] { $passed_s } geslaagd, geen mislukt
   *[other] { $passed_s } geslaagd, { $failed_s } mislukt
}

# Narekenen
repro = Controleren op uw eigen computer
repro-text = Download het bewijs en het programma, en controleer zonder deze server. Het bestand bevat alles; een netwerk is niet nodig.
repro-program = Het programma dat in elke browser werkt, ook vanaf een schijf en zonder netwerk. Vergelijk de hash met wat anderen publiceren:
repro-trust = Het vertrouwensbestand noemt de sleutels van het logboek. Neem het van iemand die u gelooft, niet van deze pagina.
repro-hashes = Hashes
hash-pool = Pool
hash-terms = Regels
hash-outcome = Uitslag
hash-seal = Zegel (stap { $seq_s })
hash-beacon = Waarde van het baken

# Pers
press-title = Voor journalisten: { $title }
press-lead = Alles op deze pagina mag u vrij gebruiken (CC0).
press-cite = Een alinea om te citeren
press-paragraph = { $drawn ->
    [one] Voor “{ $title }” werd op { $date } { $drawn_s } van { $people_s } personen geloot. { $organiser } had pool en regels vooraf verzegeld (hash { $root }); ronde { $round } van het openbare baken drand, dat niemand beheerst, besliste. Iedereen kan de uitslag controleren (hash { $outcome }).
   *[other] Voor “{ $title }” werden op { $date } { $drawn_s } van { $people_s } personen geloot. { $organiser } had pool en regels vooraf verzegeld (hash { $root }); ronde { $round } van het openbare baken drand, dat niemand beheerst, besliste. Iedereen kan de uitslag controleren (hash { $outcome }).
}
press-paragraph-rehearsal = Repetitie voor “{ $title }” op { $date } door { $organiser }: { $drawn_s } van { $people_s } verzonnen personen. Een repetitiebaken besliste (ronde { $round }); dit bewijst niets (pool { $root }, uitslag { $outcome }).
press-not-drawn = Er valt nog niets te citeren: deze loting heeft geen uitslag.
press-csv = Cijfers van de quota (CSV)
press-picture = Afbeelding (SVG)
press-embed = De stand op uw eigen pagina tonen
press-embed-text = Kopieer deze regel. Die laadt een kleine pagina zonder scripts of cookies, die de stand van de loting toont.
press-badge = Of een badge:
press-ask = Wat u de organisator kunt vragen
press-ask-1 = Wie heeft de lijst gemaakt, uit welk register, en wie werd weggelaten?
press-ask-2 = Wie heeft naar dubbele inschrijvingen gezocht?
press-ask-3 = Hoeveel mensen hebben geweigerd, en hoe is dat vastgelegd?

# Organisator
organiser-title = Lotingen van { $name }
organiser-lead = Elke aangekondigde, verzegelde, gelote, herhaalde of afgebroken loting van deze organisator staat hier. Geen enkele kan worden verwijderd.
organiser-keys = { $n ->
    [one] { $threshold_s } van { $n_s } sleutel moet elke beslissing ondertekenen.
   *[other] { $threshold_s } van { $n_s } sleutels moeten elke beslissing ondertekenen.
}
organiser-attempts = Pogingen
organiser-postponed = Uitgesteld
organiser-voids = Opgegeven
organiser-purpose = Doel: { $purpose }
organiser-count-attempts = { $n ->
    [one] { $n_s } poging
   *[other] { $n_s } pogingen
}
organiser-count-postponed = { $n ->
    [0] nooit uitgesteld
    [one] één keer uitgesteld
   *[other] { $n_s } keer uitgesteld
}
organiser-count-voids = { $n ->
    [0] geen opgegeven
    [one] { $n_s } opgegeven
   *[other] { $n_s } opgegeven
}
organiser-state = Toestand

# Logboek
log-title = Het logboek
log-lead = Elke stap is ondertekend en opgenomen in een keten van hashes die alleen kan groeien. Iedereen kan ze volledig ophalen.
log-size = { $n ->
    [one] { $n_s } stap
   *[other] { $n_s } stappen
}
log-root = Wortel
log-key = Sleutel van het logboek
log-step = Stap
log-time = Tijd
log-what = Wat
log-draw = Loting
log-older = Oudere stappen
log-newer = Nieuwere stappen
log-step-title = Stap { $n_s }
log-step-hash = Hash van deze stap
log-step-prev = Hash van de vorige stap
log-step-text = De stap, byte voor byte
log-checkpoint = Nieuwste ondertekende stand (checkpoint)
log-files = Voor waakzame lezers: checkpoint, tegels en artefacten staan op de adressen van C2SP tlog-tiles.

# Zoeken
search-title = Zoeken
search-none = Niets gevonden voor “{ $query }”. Zoek op de naam van een loting, een hash van 64 tekens of het nummer van een stap.
search-found = { $n ->
    [one] { $n_s } resultaat
   *[other] { $n_s } resultaten
}
search-artifact = Een gepubliceerd bestand
search-step = Een stap van het logboek
search-draw = Een loting
search-pool = De pool van een loting
search-result = De uitslag van een loting

# Ceremonie
live-title = Live: { $title }
live-wait = De waarde van het baken verschijnt op
live-countdown = Nog
live-now = De waarde is er. De uitslag wordt berekend.
live-done = Geloot
live-not-sealed = Pool en regels zijn nog niet verzegeld.
live-place = Nummer #
live-panel = Panel #
live-ticket = Lot
live-explain = Ieders lot is een getal dat volgt uit de waarde van het baken. De laagste loten winnen.
live-explain-panels = Het lot van elk panel is een getal dat volgt uit de waarde van het baken. Het laagste lot wint.
live-all = Alles tegelijk tonen
live-more = Nog geloot, op de pagina van de loting: #
live-noscript = Voor het aftellen heeft deze pagina JavaScript nodig. De uitslag staat op de pagina van de loting.
live-back = Naar de pagina van de loting

# Proces-verbaal
minutes-title = Proces-verbaal van de loting
minutes-of = { $title }
minutes-text-sealed = { $people ->
    [one] Op { $sealed } verzegelde { $organiser } een pool van { $people_s } persoon en de regels van deze loting. De hash van de pool is { $root }; de hash van de regels is { $terms }.
   *[other] Op { $sealed } verzegelde { $organiser } een pool van { $people_s } personen en de regels van deze loting. De hash van de pool is { $root }; de hash van de regels is { $terms }.
}
minutes-text-drawn = Op { $when } besliste ronde { $round } van het baken. { $drawn ->
        [one] { $drawn_s } persoon werd geloot
       *[other] { $drawn_s } personen werden geloot
    }{ $reserves ->
        [0] , zonder reserves.
        [one] , en { $reserves_s } als reserve.
       *[other] , en { $reserves_s } als reserve.
    } De hash van de uitslag is { $outcome }; het is stap { $seq } van het logboek { $origin }.
minutes-text-open = Deze loting heeft nog geen uitslag.
minutes-proves = Dit bewijst dat pool en regels vastlagen voordat de waarde van het baken bestond, en dat die waarde alleen besliste. Het bewijst niet dat het register volledig was, dat niemand er dubbel in staat, dat iemand echt heeft geweigerd of wie is komen opdagen.
minutes-proves-rehearsal = Dit was een repetitie. Ze bewijst niets.
minutes-witnesses = Aanwezig bij de loting
minutes-witnesses-hint = Namen, één per regel. Ze blijven in uw browser en worden mee afgedrukt.
minutes-signature = Plaats, datum, handtekening
minutes-print = Afdrukken
minutes-pdf = PDF
minutes-page = Blad { $n } van { $all }
minutes-first = De eerste { $shown_s } van { $n_s }; alle staan op de pagina van de loting.
minutes-names = Namen
minutes-qr = Pagina van deze loting
minutes-drawn = Gelote nummers
minutes-seated = Nummers van wie nu lid is
minutes-reserves = Nummers van de reserves, in volgorde

# Brief controleren
check-title = Mijn brief controleren
check-lead = Kies de loting die uw brief noemt, en typ dan de code of plak de link van de brief. Alleen deze browser kijkt; er wordt niets over u verstuurd.
check-choose = Kies de loting die uw brief noemt
check-noscript = Deze controle heeft JavaScript nodig, omdat alleen uw eigen browser uw gegevens mag zien. Zonder kan het op het gemeentehuis: daar kan men hetzelfde voor u afdrukken.

# Hoe het werkt
how-title = Hoe het werkt
how-lead = In drie minuten, zonder wiskunde.
how-1 = 1. De lijst wordt vastgelegd
how-1-text = De organisator neemt de lijst van mensen en berekent er één kort getal uit, de hash. Verander één letter van één naam, en de hash is anders. De hash wordt gepubliceerd; de namen niet.
how-2 = 2. De regels worden verzegeld
how-2-text = Hoeveel mensen, volgens welke regels, en welke toekomstige waarde van het baken beslist: twee mensen ondertekenen het, en het komt in een logboek dat alleen kan groeien. Vanaf nu kan niemand ongezien iets wijzigen.
how-3 = 3. Het baken beslist
how-3-text = Om de paar seconden publiceert een netwerk van onafhankelijke organisaties een toevalswaarde. Niemand kan ze vooraf kennen. Uit de aangekondigde waarde volgt ieders lot, en de laagste loten winnen.
how-4 = 4. Iedereen kan controleren
how-4-text = Het bewijs van een loting is één bestand. Uw browser, of een programma op uw computer, rekent alles na. Klopt één bit niet, dan zegt het welke controle mislukt.
how-5 = En als het misgaat?
how-5-text = Een opgegeven of herhaalde loting blijft voor iedereen zichtbaar in het logboek, met de uitslag die het lot gaf.

# Wat het bewijst
proof-title = Wat dit bewijst, en wat niet
proof-yes = Het bewijst
proof-yes-1 = dat pool en regels vastlagen voordat de beslissende waarde bestond;
proof-yes-2 = dat die waarde alleen besliste, en dat niemand de uitslag kon kennen of sturen;
proof-yes-3 = dat elke stap in een logboek staat dat alleen groeit, zodat geen loting stil wordt herhaald;
proof-yes-4 = aan ieder: dat hij of zij in de pool zat, en met welke gegevens.
proof-no = Het kan niet bewijzen
proof-no-1 = dat het register volledig was;
proof-no-2 = dat niemand er dubbel in staat (wie de lijst mag zien, kan dat nagaan);
proof-no-3 = dat iemand echt heeft geweigerd;
proof-no-4 = wie op de dag zelf is komen opdagen.
proof-if = Alleen met getuigen
proof-if-text = Dat iedereen hetzelfde logboek ziet, en dat er op tijd is verzegeld, moeten anderen zien. Waar geen getuigen meededen, zegt de pagina van de loting dat.
proof-break = Wat het zou breken
proof-break-text = Als meer beheerders van het baken samenspannen dan zijn drempel toelaat, kennen zij een uitslag vroeger. De pool kunnen ze dan nog niet wijzigen.
proof-receipt = Mag ik mijn ontvangstbewijs tonen?
proof-receipt-text = Ja, het is van u. Wie het heeft, of de code van uw brief, kan nagaan dat u in de pool zat, en leest alles wat de lijst over u zegt, zoals naam en straat. Toon het aan wie dat mag weten, en publiceer het niet.

# Fouten
error-404 = Deze pagina bestaat niet
error-404-text = Misschien is het adres afgebroken. Alle lotingen staan op de eerste pagina.
error-429 = Te veel aanvragen vanaf uw netwerk
error-429-text = Veel mensen vragen hier op hetzelfde moment iets op. Wacht een minuut en laad de pagina opnieuw.
error-500 = Deze pagina kan nu niet worden getoond
error-500-text = Het logboek is ongeschonden. Probeer het zo dadelijk opnieuw.

# Feed, insluiten
feed-title = Lotingen van { $origin }
widget-more = Bewijsstukken
badge-label = loting
